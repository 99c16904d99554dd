package dev.penstock.cli.cluster;

import dev.penstock.testkit.PostgresCluster;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says that PostgreSQL is being started, at once and again and again until it runs: unpacking it takes a slow machine a minute. */
public final class AnnouncedStart {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PrintStream err;
    private final Duration interval;

    public AnnouncedStart(PrintStream err) {
        this(err, INTERVAL);
    }

    AnnouncedStart(PrintStream err, Duration interval) {
        this.err = err;
        this.interval = interval;
    }

    /** @param start starts the cluster, as {@code PostgresClusterBuilder#start} does */
    public PostgresCluster of(Supplier<PostgresCluster> start) {
        long begun = System.nanoTime();
        err.println("penstock: starting PostgreSQL; the first time it is unpacked and set up, which takes longer");
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
        try {
            long millis = interval.toMillis();
            ticker.scheduleAtFixedRate(() -> stillStarting(begun), millis, millis, TimeUnit.MILLISECONDS);
            return start.get();
        } finally {
            ticker.shutdownNow();
        }
    }

    private void stillStarting(long begun) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        err.println("penstock: PostgreSQL is still starting, " + seconds + " s");
    }
}
