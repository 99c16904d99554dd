package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.testkit.PostgresNode;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** One workload with a lag, a rotation and a failover: what the scrape says is what the workload counted itself. */
class WorkloadIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int THREADS = 4;

    /** What the workload sees of itself. */
    private static final class Seen {
        /** Calls that returned. */
        final LongAdder reads = new LongAdder();

        final LongAdder writes = new LongAdder();

        /** Writes whose server was lost while they ran. */
        final LongAdder lostWrites = new LongAdder();

        /** Writes that got no connection. */
        final LongAdder refusedWrites = new LongAdder();

        /** Runs of closures, which are as many as there were connections lent. */
        final LongAdder readRuns = new LongAdder();

        final LongAdder writeRuns = new LongAdder();

        /** Reads by the port that answered. */
        final Map<Integer, LongAdder> readsAt = new ConcurrentHashMap<>();

        final LongAdder heldNanos = new LongAdder();
    }

    @Test
    void the_scrape_says_what_the_workload_counted() throws Exception {
        Seen seen = new Seen();
        try (Bound bound = Bound.with(2, MetricsOptions.defaults())) {
            run(bound, seen, () -> seen.reads.sum() > 200);
            lag(bound, seen);
            rotate(bound, seen);
            long outageNanos = failOver(bound, seen);
            agrees(bound, seen, outageNanos);
        }
    }

    private static void lag(Bound bound, Seen seen) throws Exception {
        List<PostgresNode> replicas = bound.cluster.replicas();
        replicas.forEach(PostgresNode::pauseReplay);
        int primary = bound.cluster.primary().port();
        run(bound, seen, () -> readsAt(seen, primary) > 50);
        Samples scrape = bound.scrape();
        assertThat(scrape.sum("penstock_routing_fallbacks_total", "target=\"primary\""))
                .as("reads that the primary had to take over, on a busy machine also for a replica that was slow"
                        + " to answer")
                .isEqualTo(readsAt(seen, primary));
        assertThat(scrape.sum("penstock_routing_fallbacks_total", "replicas_behind"))
                .isPositive();
        replicas.forEach(PostgresNode::resumeReplay);
        await().atMost(SOON).until(() -> bound.scrape().sum("penstock_health_status", "status=\"up\"") == 1);
    }

    private static long readsAt(Seen seen, int port) {
        LongAdder reads = seen.readsAt.get(port);
        return reads == null ? 0 : reads.sum();
    }

    private static void rotate(Bound bound, Seen seen) throws Exception {
        bound.cluster.primary().execute("alter role appuser password 'another one'");
        Files.writeString(bound.cluster.secretFile("appuser"), "another one\n");
        bound.cluster.awaitReplicas();
        long before = seen.writes.sum();
        run(bound, seen, () -> seen.writes.sum() > before + 50);
    }

    /** @return how long no write was acknowledged */
    private static long failOver(Bound bound, Seen seen) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        try {
            long[] began = new long[1];
            Future<?> done = operator.submit(() -> {
                PostgresNode next = bound.cluster.replicas().get(0);
                began[0] = System.nanoTime();
                bound.cluster.primary().kill();
                next.promote();
                long acknowledged = seen.writes.sum();
                await().atMost(SOON).until(() -> {
                    write(bound, seen);
                    return seen.writes.sum() > acknowledged;
                });
                over.set(true);
                return null;
            });
            long before = seen.writes.sum();
            run(bound, seen, () -> over.get() && seen.writes.sum() > before + 100);
            done.get();
            return System.nanoTime() - began[0];
        } finally {
            operator.shutdownNow();
        }
    }

    /** Four threads that read and write until that is so; then nothing is under way. */
    private static void run(Bound bound, Seen seen, Callable<Boolean> enough) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                load.add(threads.submit(() -> {
                    while (!stop.get()) {
                        step(bound, seen);
                    }
                    return null;
                }));
            }
            await().atMost(SOON).until(enough);
            stop.set(true);
            for (Future<?> one : load) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void step(Bound bound, Seen seen) throws SQLException {
        int port = bound.db.read(connection -> timed(seen, seen.readRuns, () -> Bound.port(connection)));
        seen.reads.increment();
        seen.readsAt.computeIfAbsent(port, p -> new LongAdder()).increment();
        write(bound, seen);
    }

    /** By default a write is not run again: it runs once, or not at all for want of a connection. */
    private static void write(Bound bound, Seen seen) {
        AtomicBoolean ran = new AtomicBoolean();
        try {
            bound.db.write(connection -> timed(seen, seen.writeRuns, () -> {
                ran.set(true);
                return inserted(connection);
            }));
            seen.writes.increment();
        } catch (SQLException lost) {
            (ran.get() ? seen.lostWrites : seen.refusedWrites).increment();
        }
    }

    private static boolean inserted(Connection connection) throws SQLException {
        Bound.insert(connection);
        return true;
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private static <T> T timed(Seen seen, LongAdder runs, Work<T> work) throws SQLException {
        runs.increment();
        long began = System.nanoTime();
        try {
            return work.run();
        } finally {
            seen.heldNanos.add(System.nanoTime() - began);
        }
    }

    private static void agrees(Bound bound, Seen seen, long outageNanos) {
        await().atMost(SOON).untilAsserted(() -> {
            Samples scrape = bound.scrape();
            assertThat(scrape.sum("penstock_acquire_seconds_count", "read", "success"))
                    .isEqualTo(seen.readRuns.sum());
            assertThat(scrape.sum("penstock_acquire_seconds_count", "write", "success"))
                    .isEqualTo(seen.writeRuns.sum());
            assertThat(scrape.sum("penstock_pool_usage_seconds_count", "read")).isEqualTo(seen.readRuns.sum());
            assertThat(scrape.sum("penstock_pool_usage_seconds_count", "write")).isEqualTo(seen.writeRuns.sum());
            assertThat(scrape.sum("penstock_acquire_seconds_count", "none")).isEqualTo(seen.refusedWrites.sum());
            assertThat(scrape.sum("penstock_retries_total", "purpose=\"read\""))
                    .isEqualTo(seen.readRuns.sum() - seen.reads.sum());
            assertThat(scrape.sum("penstock_retries_total", "purpose=\"write\""))
                    .isEqualTo(seen.writeRuns.sum() - seen.writes.sum() - seen.lostWrites.sum());
            assertThat(scrape.sum("penstock_routing_decisions_total", "reason=\"write\""))
                    .isEqualTo(seen.writeRuns.sum());
            assertThat(scrape.sum("penstock_routing_decisions_total")
                            - scrape.sum("penstock_routing_decisions_total", "reason=\"write\""))
                    .isEqualTo(seen.readRuns.sum());
            assertThat(scrape.sum("penstock_pool_usage_seconds_sum"))
                    .as("held longer than their closures ran, but not much longer")
                    .isBetween(seen.heldNanos.sum() / 1e9 * 0.95, seen.heldNanos.sum() / 1e9 * 3 + 10);
            assertThat(scrape.sum("penstock_primary_losses_total")).isEqualTo(1);
            assertThat(scrape.sum("penstock_failover_seconds_count", "promoted"))
                    .isEqualTo(1);
            assertThat(scrape.sum("penstock_failover_seconds_count")).isEqualTo(1);
            assertThat(scrape.sum("penstock_failover_seconds_sum")).isBetween(0.0, outageNanos / 1e9);
            assertThat(scrape.sum("penstock_credentials_rotations_total")).isEqualTo(1);
            assertThat(scrape.sum("penstock_credentials_reloads_total", "changed", "write"))
                    .isEqualTo(1);
            assertThat(scrape.sum("penstock_nodes", "primary")).isEqualTo(1);
            assertThat(scrape.sum("penstock_nodes", "primary", "node-2")).isEqualTo(1);
            assertThat(scrape.sum("penstock_dropped_events_total")).isZero();
        });
    }
}
