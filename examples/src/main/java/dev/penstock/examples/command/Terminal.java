package dev.penstock.examples.command;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out the command's own output, nothing else
 * @param err what is to be said beside it
 * @param redraws whether lines on {@code out} can be drawn over; the launcher knows, Java before 22 does not
 */
public record Terminal(PrintStream out, PrintStream err, boolean redraws) {
    static final String REDRAWS_PROPERTY = "penstock.redraws";

    static Terminal ofProcess() {
        return new Terminal(System.out, System.err, Boolean.getBoolean(REDRAWS_PROPERTY));
    }
}
