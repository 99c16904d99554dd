package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.MeasuredLoad;
import dev.penstock.testkit.PostgresCluster;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** What the pools measure of themselves, against what their callers count. Takes three windows, of one second each. */
class SizingDriftIT {
    private static final int CONNECTIONS = 2;
    private static final int CALLERS = 4;

    @Test
    void a_load_that_left_the_plan_is_measured_and_told_while_it_lasts() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        LongAdder borrows = new LongAdder();
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try (PostgresCluster cluster = PostgresCluster.builder().tls(true).start();
                Database db = Hastened.open(TestConfigs.of(cluster)
                        .pool(CONNECTIONS, 0, Duration.ofSeconds(20))
                        .workload(workload -> workload.requestsPerSecond(10)
                                .avgQueryTimeMillis(1)
                                .p99WaitMillis(5))
                        .build())) {
            db.addListener(new DatabaseListener() {
                @Override
                public void sizingDrifted(String node, String drift) {
                    told.add(node + ": " + drift);
                }
            });
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(() -> call(db, borrows, stop)));
            }
            await().atMost(Duration.ofSeconds(90)).until(() -> !told.isEmpty());
            MeasuredLoad load = db.status().nodes().get(0).load().orElseThrow();
            stop.set(true);
            for (Future<?> caller : callers) {
                caller.get(20, TimeUnit.SECONDS);
            }
            System.out.println("measured " + load + ", told " + told);

            assertThat(told).singleElement().asString().startsWith("node-1: predicted p99 wait");
            assertThat(db.status().drift()).isEqualTo(told);
            assertThat(load.borrows()).isBetween(10L, borrows.sum());
            assertThat(load.meanBusy()).isGreaterThan(1).isLessThanOrEqualTo(CONNECTIONS);
            // Twice as many callers as connections: each waits about as long as another one holds.
            assertThat(load.holdMillis()).isGreaterThan(1);
            assertThat(load.p99WaitMillis()).isGreaterThan(1);
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    private static Void call(Database db, LongAdder borrows, AtomicBoolean stop) throws SQLException {
        while (!stop.get()) {
            borrows.increment();
            db.write(c -> Served.run(c, "select pg_sleep(0.002)"));
        }
        return null;
    }
}
