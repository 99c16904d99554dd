package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * One of two replicas is killed, stopped, frozen or cut off under eight reading threads. A ninth reads over one plain connection to the
 * other replica, which nothing is done to: what the machine alone makes reads wait.
 */
final class ReplicaScenario implements Scenario {
    private static final int READERS = 8;

    /** The reads that are under way when a replica is lost are few of these. */
    private static final Duration AFTER = Duration.ofSeconds(10);

    private static final Duration BEFORE = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "replica";
    }

    @Override
    public String title() {
        return "a replica is lost under " + READERS
                + " reading threads (5 ms between a thread's reads), from then on for ten seconds: goals 0 failed,"
                + " p99.9 10 ms, max 300 ms; frozen or cut off: max = interval + timeout of the probe + 200 ms";
    }

    private enum Fault {
        KILLED,
        STOPPED,
        FROZEN,
        CUT_OFF
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        int each = Math.max(1, rounds / 7);
        try (PostgresCluster cluster = Scenario.cluster()) {
            for (Fault fault : Fault.values()) {
                List<TcpProxy> proxies = fault == Fault.CUT_OFF
                        ? cluster.replicas().stream().map(PostgresNode::proxy).toList()
                        : List.of();
                try (Database database = Database.open(config(cluster, proxies))) {
                    for (int round = 0; round < each; round++) {
                        round(cluster, database, proxies, fault, random.nextInt(2));
                    }
                }
            }
        }
    }

    /** Directly, but where the network is to fail. */
    private static DatabaseConfig config(PostgresCluster cluster, List<TcpProxy> proxies) {
        DatabaseConfig.Builder config = Scenario.config(cluster);
        return proxies.isEmpty()
                ? config.build()
                : config.replicas(proxies.stream()
                                .map(proxy -> proxy.host() + ":" + proxy.port())
                                .toArray(String[]::new))
                        .build();
    }

    private static void round(
            PostgresCluster cluster, Database database, List<TcpProxy> proxies, Fault fault, int which)
            throws SQLException, InterruptedException {
        Scenario.awaitCalm(database);
        database.warmUp();
        PostgresNode replica = cluster.node(1 + which);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(new Reader(() -> database.read(ReplicaScenario::one)));
        }
        try (Connection plain = cluster.node(2 - which).connect("appuser")) {
            Reader witness = new Reader(() -> one(plain));
            witness.start();
            readers.forEach(Thread::start);
            Scenario.pass(BEFORE);
            long struck = System.nanoTime();
            strike(replica, proxies, which, fault);
            Scenario.await(
                    "the node to be given up",
                    () -> database.status()
                            .node(replica.name())
                            .filter(node -> node.state() == NodeState.DOWN)
                            .isPresent());
            long givenUp = System.nanoTime();
            Scenario.pass(AFTER);
            witness.end();
            for (Reader reader : readers) {
                reader.end();
            }
            print(fault, readers, witness, struck, givenUp - struck);
        }
        heal(replica, proxies, which, fault);
        cluster.awaitReplicas();
    }

    private static void strike(PostgresNode replica, List<TcpProxy> proxies, int which, Fault fault) {
        switch (fault) {
            case KILLED -> replica.kill();
            case STOPPED -> replica.stop();
            case FROZEN -> replica.suspend();
            case CUT_OFF -> proxies.get(which).blackHole();
        }
    }

    private static void heal(PostgresNode replica, List<TcpProxy> proxies, int which, Fault fault) {
        switch (fault) {
            case KILLED, STOPPED -> replica.start();
            case FROZEN -> replica.resume();
            case CUT_OFF -> proxies.get(which).heal();
        }
    }

    private static void print(Fault fault, List<Reader> readers, Reader witness, long struck, long givenUpAfter) {
        int failed = 0;
        for (Reader reader : readers) {
            failed += reader.failed;
        }
        System.out.printf("  %-8s failed %d; given up after %5.0f ms%n", fault, failed, givenUpAfter / 1e6);
        print("before", readers, witness, end -> end - struck < 0);
        print("after", readers, witness, end -> end - struck >= 0);
    }

    private static void print(String when, List<Reader> readers, Reader witness, LongPredicate within) {
        List<Long> took = new ArrayList<>();
        readers.forEach(reader -> took.addAll(reader.took(within)));
        List<Long> floor = witness.took(within);
        System.out.printf(
                "           %-6s %6d reads, %s; a plain connection beside them: %5d, %s%n",
                when,
                took.size(),
                Figures.of(took).tail(),
                floor.size(),
                Figures.of(floor).tail());
    }

    private static int one(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select 1")) {
            row.next();
            return row.getInt(1);
        }
    }

    @FunctionalInterface
    private interface Read {
        int run() throws SQLException;
    }

    /** Reads until it is ended; keeps when each read ended and how long it took, in nanoseconds. */
    private static final class Reader extends Thread {
        /** With less, eight threads and three servers fill two processors, and the machine is what is measured. */
        private static final Duration PAUSE = Duration.ofMillis(5);

        private final Read read;
        private final Map<Long, Long> ended = new TreeMap<>();
        private int failed;
        private volatile boolean stopped;

        Reader(Read read) {
            super("reader");
            setDaemon(true);
            this.read = read;
        }

        @Override
        public void run() {
            while (!stopped) {
                long begun = System.nanoTime();
                try {
                    read.run();
                } catch (SQLException e) {
                    failed++;
                    System.out.println("  failed: " + e.getSQLState() + " " + e.getMessage());
                }
                long end = System.nanoTime();
                ended.put(end, end - begun);
                Scenario.pass(PAUSE);
            }
        }

        List<Long> took(LongPredicate within) {
            List<Long> took = new ArrayList<>();
            ended.forEach((end, nanos) -> {
                if (within.test(end)) {
                    took.add(nanos);
                }
            });
            return took;
        }

        void end() throws InterruptedException {
            stopped = true;
            join(LIMIT.toMillis());
        }
    }
}
