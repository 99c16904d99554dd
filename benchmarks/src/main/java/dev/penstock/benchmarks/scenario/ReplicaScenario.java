package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
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

/** One of two replicas is killed, stopped, frozen or cut off under eight reading threads. */
final class ReplicaScenario implements Scenario {
    private static final int READERS = 8;

    /** The reads that are under way when a replica is lost are few of these. */
    private static final Duration AFTER = Duration.ofSeconds(10);

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
            List<TcpProxy> proxies =
                    cluster.replicas().stream().map(PostgresNode::proxy).toList();
            try (Database database = Database.open(Scenario.config(cluster)
                    .replicas(proxies.stream()
                            .map(proxy -> proxy.host() + ":" + proxy.port())
                            .toArray(String[]::new))
                    .build())) {
                for (Fault fault : Fault.values()) {
                    for (int round = 0; round < each; round++) {
                        round(cluster, database, proxies, fault, random.nextInt(2));
                    }
                }
            }
        }
    }

    private static void round(
            PostgresCluster cluster, Database database, List<TcpProxy> proxies, Fault fault, int which)
            throws InterruptedException {
        Scenario.awaitCalm(database);
        PostgresNode replica = cluster.node(1 + which);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(new Reader(database));
        }
        readers.forEach(Thread::start);
        Scenario.pass(Duration.ofSeconds(5));
        long struck = System.nanoTime();
        strike(replica, proxies.get(which), fault);
        Scenario.await(
                "the node to be given up",
                () -> database.status()
                        .node(replica.name())
                        .filter(node -> node.state() == NodeState.DOWN)
                        .isPresent());
        long givenUp = System.nanoTime();
        Scenario.pass(AFTER);
        for (Reader reader : readers) {
            reader.end();
        }
        print(fault, readers, struck, givenUp - struck);
        heal(replica, proxies.get(which), fault);
        cluster.awaitReplicas();
    }

    private static void strike(PostgresNode replica, TcpProxy proxy, Fault fault) {
        switch (fault) {
            case KILLED -> replica.kill();
            case STOPPED -> replica.stop();
            case FROZEN -> replica.suspend();
            case CUT_OFF -> proxy.blackHole();
        }
    }

    private static void heal(PostgresNode replica, TcpProxy proxy, Fault fault) {
        switch (fault) {
            case KILLED, STOPPED -> replica.start();
            case FROZEN -> replica.resume();
            case CUT_OFF -> proxy.heal();
        }
    }

    private static void print(Fault fault, List<Reader> readers, long struck, long givenUpAfter) {
        List<Long> before = new ArrayList<>();
        List<Long> after = new ArrayList<>();
        int failed = 0;
        for (Reader reader : readers) {
            reader.ended.forEach((end, took) -> (end - struck < 0 ? before : after).add(took));
            failed += reader.failed;
        }
        System.out.printf(
                "  %-8s failed %d; given up after %5.0f ms; reads before: %6d, %s; after: %6d, %s%n",
                fault,
                failed,
                givenUpAfter / 1e6,
                before.size(),
                Figures.of(before).tail(),
                after.size(),
                Figures.of(after).tail());
    }

    /** Reads until it is ended; keeps when each read ended and how long it took, in nanoseconds. */
    private static final class Reader extends Thread {
        /** With less, eight threads and three servers fill two processors, and the machine is what is measured. */
        private static final Duration PAUSE = Duration.ofMillis(5);

        private final Database database;
        private final Map<Long, Long> ended = new TreeMap<>();
        private int failed;
        private volatile boolean stopped;

        Reader(Database database) {
            super("reader");
            setDaemon(true);
            this.database = database;
        }

        @Override
        public void run() {
            while (!stopped) {
                long begun = System.nanoTime();
                try {
                    database.read(Reader::one);
                } catch (SQLException e) {
                    failed++;
                    System.out.println("  failed: " + e.getSQLState() + " " + e.getMessage());
                }
                long end = System.nanoTime();
                ended.put(end, end - begun);
                Scenario.pass(PAUSE);
            }
        }

        private static int one(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select 1")) {
                row.next();
                return row.getInt(1);
            }
        }

        void end() throws InterruptedException {
            stopped = true;
            join(LIMIT.toMillis());
        }
    }
}
