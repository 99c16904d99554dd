package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.PoolConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Both replicas are killed under more readers than the primary has connections: what writes then take. */
final class ReplicasLostScenario implements Scenario {
    private static final int READERS = 32;
    private static final int WRITERS = 4;
    private static final Duration PHASE = Duration.ofSeconds(4);

    @Override
    public String name() {
        return "replicas-lost";
    }

    @Override
    public String title() {
        return "both replicas are killed under " + READERS + " threads whose reads take 5 ms, beside " + WRITERS
                + " writers; with the primary's read share of a quarter, and with primary_read_share: 1";
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        try (PostgresCluster cluster = Scenario.cluster()) {
            for (int round = 0; round < Math.max(1, rounds / 7); round++) {
                round(cluster, null);
                round(cluster, 1.0);
            }
        }
    }

    private static void round(PostgresCluster cluster, @Nullable Double share) throws Exception {
        try (Database database = Database.open(config(cluster, share))) {
            Scenario.awaitCalm(database);
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                workers.add(new Worker("read", () -> database.read(ReplicasLostScenario::slowRead)));
            }
            for (int i = 0; i < WRITERS; i++) {
                workers.add(new Worker("write", () -> database.write(c -> Client.insert(c, "replicas-lost", 1))));
            }
            workers.forEach(Thread::start);
            Scenario.pass(PHASE);
            cluster.replicas().forEach(PostgresNode::kill);
            Scenario.await(
                    "both replicas to be given up",
                    () -> database.status().nodes().stream()
                                    .filter(node -> node.state() == NodeState.DOWN)
                                    .count()
                            == 2);
            long alone = System.nanoTime();
            Scenario.pass(PHASE);
            for (Worker worker : workers) {
                worker.end();
            }
            print(share, workers, alone);
        }
        cluster.nodes().forEach(PostgresNode::start);
        cluster.awaitReplicas();
    }

    private static DatabaseConfig config(PostgresCluster cluster, @Nullable Double share) {
        PoolConfig defaults = PoolConfig.defaults();
        return Scenario.config(cluster)
                .pool(PoolConfig.builder()
                        .size(CONNECTIONS)
                        .maxOverflow(0)
                        .timeout(BORROW)
                        .recycle(defaults.recycle())
                        .idleTimeout(defaults.idleTimeout())
                        .keepalive(defaults.keepalive())
                        .primaryReadShare(share)
                        .maxWaiting(defaults.maxWaiting())
                        .build())
                .build();
    }

    private static boolean slowRead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("select pg_sleep(0.005)");
        }
    }

    private static void print(@Nullable Double share, List<Worker> workers, long alone) {
        for (String kind : List.of("write", "read")) {
            List<Long> before = new ArrayList<>();
            List<Long> after = new ArrayList<>();
            int failed = 0;
            for (Worker worker : workers) {
                if (worker.getName().equals(kind)) {
                    worker.collect(alone, before, after);
                    failed += worker.failed;
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "  share %-7s %-5s failed %d; with replicas: %6d, %s; without: %6d, %s%n",
                    share == null ? "default" : share,
                    kind,
                    failed,
                    before.size(),
                    quantiles(before),
                    after.size(),
                    quantiles(after));
        }
    }

    private static String quantiles(List<Long> nanos) {
        Figures figures = Figures.of(nanos);
        return String.format(
                Locale.ROOT,
                "p50 %7.2f  p99 %7.2f  max %8.2f ms",
                figures.millis(0.5),
                figures.millis(0.99),
                figures.millis(1));
    }

    private interface Call {
        void run() throws SQLException;
    }

    /** Makes one call after the other until it is ended; keeps when each began and how long it took. */
    private static final class Worker extends Thread {
        private static final Duration PAUSE = Duration.ofMillis(1);

        private record Taken(long begun, long nanos) {}

        private final Call call;
        private final List<Taken> taken = new ArrayList<>();
        private int failed;
        private volatile boolean stopped;

        Worker(String kind, Call call) {
            super(kind);
            setDaemon(true);
            this.call = call;
        }

        @Override
        public void run() {
            while (!stopped) {
                long begun = System.nanoTime();
                try {
                    call.run();
                } catch (SQLException e) {
                    failed++;
                    System.out.println("  failed: " + e.getSQLState() + " " + e.getMessage());
                }
                taken.add(new Taken(begun, System.nanoTime() - begun));
                Scenario.pass(PAUSE);
            }
        }

        /** What began before the replicas were given up, and what began after. */
        void collect(long alone, List<Long> before, List<Long> after) {
            taken.forEach(one -> (one.begun - alone < 0 ? before : after).add(one.nanos));
        }

        void end() throws InterruptedException {
            stopped = true;
            join(LIMIT.toMillis());
        }
    }
}
