package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Monitors that are in alarm all the time, since their sessions are ended again and again, under load. Eight seconds by default;
 * {@code -Psoak} runs it for ten minutes.
 */
@Tag("soak")
class SoakIT {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("penstock.soak.seconds", 8));
    private static final String END_MONITORS = "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            + " where usename = 'appuser' and query like '%penstock monitor%'";
    private static final long MEGABYTE = 1 << 20;

    private record Held(int threads, long heapMegabytes) {
        static Held now() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            int threads = (int) Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("penstock-monitor"))
                    .count();
            return new Held(threads, (runtime.totalMemory() - runtime.freeMemory()) / MEGABYTE);
        }
    }

    @Test
    void monitors_in_alarm_hold_no_more_threads_memory_or_sessions_as_time_goes_by() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong ended = new AtomicLong();
        AtomicLong served = new AtomicLong();
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(1).tls(true).start()) {
            cluster.awaitReplicas();
            try (Database db = Database.open(TestConfigs.of(cluster).build())) {
                List<Future<?>> load = new ArrayList<>();
                load.add(threads.submit(() -> endMonitors(cluster, stop, ended)));
                load.add(threads.submit(() -> read(db, stop, served)));
                await().atMost(Duration.ofSeconds(30)).until(() -> ended.get() > 20 && served.get() > 100);
                Held early = Held.now();
                await().atMost(LENGTH.plusSeconds(60)).pollDelay(LENGTH).until(() -> true);
                Held late = Held.now();
                stop.set(true);
                for (Future<?> one : load) {
                    one.get();
                }
                System.out.printf(
                        "soak: %d s, %d monitor sessions ended, %d reads, threads %d -> %d, heap %d -> %d MiB%n",
                        LENGTH.toSeconds(),
                        ended.get(),
                        served.get(),
                        early.threads(),
                        late.threads(),
                        early.heapMegabytes(),
                        late.heapMegabytes());
                assertThat(late.threads()).isEqualTo(2).isEqualTo(early.threads());
                assertThat(late.heapMegabytes() - early.heapMegabytes()).isLessThan(16);
                assertThat(db.status().nodes())
                        .allSatisfy(node -> assertThat(node.monitor().faults()).isZero());
                // Whose last session was ended with the fresh one beside it counts as down until the next one stands.
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> db.status().nodes().stream()
                                .allMatch(node -> node.state().serves()));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> Held.now().threads() == 0);
            for (PostgresNode node : cluster.nodes()) {
                await().atMost(Duration.ofSeconds(20)).until(() -> sessions(node) == 0);
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    private static Object endMonitors(PostgresCluster cluster, AtomicBoolean stop, AtomicLong ended)
            throws SQLException {
        while (!stop.get()) {
            for (PostgresNode node : cluster.nodes()) {
                ended.addAndGet(Long.parseLong(node.execute(END_MONITORS).get(0).get(0)));
            }
        }
        return ended;
    }

    private static Object read(Database db, AtomicBoolean stop, AtomicLong served) throws SQLException {
        while (!stop.get()) {
            db.read(Served::by);
            served.incrementAndGet();
        }
        return served;
    }

    private static int sessions(PostgresNode node) throws SQLException {
        return Integer.parseInt(
                node.execute("select count(*) from pg_stat_activity where usename = 'appuser' and state is not null")
                        .get(0)
                        .get(0));
    }
}
