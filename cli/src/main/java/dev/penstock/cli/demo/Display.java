package dev.penstock.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Where the demo shows what it sees. Thread-safe. */
public interface Display {
    /** A table that is drawn over, or one line per second when the output cannot do that. */
    static Display on(PrintStream out, boolean redraws) {
        return redraws ? new TableDisplay(out) : new LineDisplay(out);
    }

    /** How often {@link #nodes} wants to be called. */
    Duration interval();

    /** The state of every server. */
    void nodes(Duration at, List<NodeLine> nodes);

    /** Something that happened to a server. */
    void event(Duration at, String text);

    /** Text before or after the run. */
    void text(String lines);

    /** A moment of the run, such as {@code 12.3 s}, in a column of its own. */
    static String clock(Duration at) {
        return String.format(Locale.ROOT, "%6.1f s", at.toMillis() / 1000.0);
    }
}
