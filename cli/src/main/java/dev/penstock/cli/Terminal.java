package dev.penstock.cli;

import java.io.Console;
import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out the command's own output, nothing else
 * @param err what is to be said beside it
 * @param redraws whether lines on {@code out} can be drawn over
 */
public record Terminal(PrintStream out, PrintStream err, boolean redraws) {
    static final String REDRAWS_PROPERTY = "penstock.redraws";

    static Terminal ofProcess() {
        String known = System.getProperty(REDRAWS_PROPERTY);
        return new Terminal(System.out, System.err, known == null ? isTerminal() : Boolean.parseBoolean(known));
    }

    /**
     * Tells whether the process has a terminal, as far as Java knows. A script that starts this program knows it better, and says
     * so with {@value #REDRAWS_PROPERTY}: before Java 22 there is a console only if standard input is a terminal as well.
     */
    private static boolean isTerminal() {
        Console console = System.console();
        String kind = System.getenv("TERM");
        return console != null && kind != null && !kind.equals("dumb") && isTerminal(console);
    }

    /** From Java 22 on there is a console without a terminal, and a method that tells. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
