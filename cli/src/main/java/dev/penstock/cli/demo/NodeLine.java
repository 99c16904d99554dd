package dev.penstock.cli.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One server at one moment.
 *
 * @param lag empty when it cannot be known
 * @param isBehind whether it is too far behind to be read from
 */
record NodeLine(
        String name,
        String role,
        String state,
        Optional<Duration> lag,
        boolean isBehind,
        int inUse,
        long readsPerSecond,
        long writesPerSecond) {
    static final String HEADER = String.format(
            Locale.ROOT,
            "  %-8s %-8s %-8s %7s %7s %9s %9s",
            "node",
            "role",
            "state",
            "lag",
            "in use",
            "reads/s",
            "writes/s");

    String tableRow() {
        String row = String.format(
                Locale.ROOT,
                "  %-8s %-8s %-8s %7s %7d %,9d %,9d",
                name,
                role,
                state,
                lagText(),
                inUse,
                readsPerSecond,
                writesPerSecond);
        return isBehind ? row + "  too far behind" : row;
    }

    /** The same for a line that holds all servers: what it is, and its reads and writes per second. */
    String brief() {
        String is = state.equals("up") ? role : state;
        String lagging = is.equals("replica") ? " " + lagText() : "";
        return String.format(Locale.ROOT, "%s %s%s %,d/%,d", name, is, lagging, readsPerSecond, writesPerSecond);
    }

    private String lagText() {
        return lag.map(l -> String.format(Locale.ROOT, "%.1f s", l.toMillis() / 1000.0))
                .orElse("-");
    }
}
