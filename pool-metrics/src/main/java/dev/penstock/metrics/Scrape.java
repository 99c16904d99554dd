package dev.penstock.metrics;

import dev.penstock.Database;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The status of the database, read once for all gauges of one scrape. Thread-safe. */
final class Scrape {
    /** A scrape of the whole set takes a few milliseconds. */
    private static final long FRESH_NANOS = Duration.ofMillis(20).toNanos();

    private final Database database;
    private volatile @Nullable Seen last;

    private record Seen(DatabaseStatus status, long nanos) {}

    Scrape(Database database) {
        this.database = database;
    }

    DatabaseStatus status() {
        Seen seen = last;
        long now = System.nanoTime();
        if (seen == null || now - seen.nanos > FRESH_NANOS) {
            seen = new Seen(database.status(), now);
            last = seen;
        }
        return seen.status;
    }

    /** Of a node; NaN when it is not there. */
    double of(String node, ToDoubleFunction<NodeStatus> value) {
        return status().node(node).map(value::applyAsDouble).orElse(Double.NaN);
    }

    /** In nanoseconds; NaN for none. */
    static double nanos(Optional<Duration> duration) {
        return duration.map(one -> (double) one.toNanos()).orElse(Double.NaN);
    }

    /** NaN for none. */
    static double number(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : Double.NaN;
    }

    static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
