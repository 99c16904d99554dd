package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Clients;
import dev.penstock.Database;
import dev.penstock.RecordedLoad;
import dev.penstock.TestConfigs;
import dev.penstock.Untruthful;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.testkit.history.Evidence;
import dev.penstock.testkit.history.FaultSchedule;
import dev.penstock.testkit.history.History;
import dev.penstock.testkit.history.HistoryChecker;
import dev.penstock.testkit.history.HistoryTable;
import dev.penstock.testkit.history.Operation;
import dev.penstock.testkit.history.Reign;
import dev.penstock.testkit.history.Rule;
import dev.penstock.testkit.history.Span;
import dev.penstock.testkit.history.Violation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every promise to callers, held against what they saw while a seeded schedule of faults was run on real servers. 20 seconds of
 * faults by default; {@code -Psoak} runs ten minutes, {@code -Dpenstock.history.seed} the faults of an earlier run.
 */
@Tag("soak")
class HistoryIT {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("penstock.history.seconds", 20));
    private static final long SEED = Long.getLong("penstock.history.seed", System.nanoTime());
    private static final int KEYS = 6;
    private static final int SIZE = 8;
    private static final int OVERFLOW = 2;
    private static final int CEILING = SIZE + OVERFLOW;

    /** A quarter of the ceiling, the default beside replicas. */
    private static final int READS_OF_PRIMARY = 3;

    private static final Duration POOL_TIMEOUT = Duration.ofSeconds(5);

    /** Within which the monitor has given up a node that does not answer and broken its connections; 2 s on a quiet machine. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(5);

    private static final Duration ONE_ATTEMPT = POOL_TIMEOUT.plus(GIVEN_UP);

    /** The first attempt, what {@code retries} waits after it, and an attempt that began at the end of that. */
    private static final Duration WITH_RETRIES = ONE_ATTEMPT.multipliedBy(2).plus(POOL_TIMEOUT);

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final HistoryChecker CHECKER = new HistoryChecker(Duration.ofSeconds(1), Duration.ofSeconds(3));

    @Test
    void no_promise_is_broken_while_servers_are_killed_frozen_cut_off_and_replaced() throws Exception {
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(2).tls(true).start()) {
            HistoryTable table = HistoryTable.create(cluster, KEYS);
            List<TcpProxy> proxies =
                    cluster.nodes().stream().map(PostgresNode::proxy).toList();
            History history = new History();
            FaultSchedule faults = new FaultSchedule(table, proxies, history, SEED, System.out::println);
            try (Database db = Database.open(config(cluster, proxies))) {
                RecordedLoad load = RecordedLoad.of(history, table, clients(db), SEED);
                try (load) {
                    faults.run(LENGTH);
                }
                assertThat(load.surprises()).isEmpty();
                nothingIsHeld(db, cluster);
            }
            nothingIsLeft(cluster);
            assertThat(history.open()).isZero();
            noPromiseIsBroken(history, faults.evidence());
        }
    }

    @Test
    void a_session_that_now_and_then_reads_from_a_stale_replica_is_caught() throws Exception {
        List<Rule> broken = broken((client, db, replica) -> Untruthful.reader(client, replica));
        assertThat(broken).containsOnly(Rule.OWN_WRITE_READ, Rule.READ_NOT_BACKWARDS);
    }

    @Test
    void a_commit_that_now_and_then_is_none_and_is_reported_as_one_is_caught() throws Exception {
        List<Rule> broken = broken((client, db, replica) -> Untruthful.writer(client, db));
        assertThat(broken).containsOnly(Rule.ACKNOWLEDGED_WRITE_KEPT);
    }

    @Test
    void the_same_session_without_a_planted_fault_breaks_no_promise() throws Exception {
        assertThat(broken((client, db, replica) -> client)).isEmpty();
    }

    private interface Planting {
        RecordedLoad.Client in(RecordedLoad.Client honest, Database db, Connection replica) throws SQLException;
    }

    /** What is found after some calls of one client, beside a replica that shows nothing new. */
    private static List<Rule> broken(Planting planting) throws Exception {
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(1).tls(true).start()) {
            HistoryTable table = HistoryTable.create(cluster, 2);
            cluster.node(1).pauseReplay();
            History history = new History();
            try (Database db = Database.open(TestConfigs.of(cluster).build());
                    Connection replica = cluster.node(1).connect("appuser")) {
                RecordedLoad.Client honest = Clients.monotonic(db, "s-1", WriteOptions.defaults(), ONE_ATTEMPT);
                RecordedLoad load = RecordedLoad.of(history, table, List.of(planting.in(honest, db, replica)), SEED);
                try (load) {
                    await().atMost(SOON).until(() -> history.operations().size() > 120);
                }
                assertThat(load.surprises()).isEmpty();
            }
            List<Reign> reigns = List.of(new Reign("node-1", new Span(0, Long.MAX_VALUE)));
            Evidence evidence = new Evidence(table.rows(cluster.primary()), List.of(), reigns, List.of());
            return CHECKER.check(history.operations(), evidence).stream()
                    .map(Violation::rule)
                    .toList();
        }
    }

    private static DatabaseConfig config(PostgresCluster cluster, List<TcpProxy> proxies) {
        return TestConfigs.of(cluster)
                .primary(endpoint(proxies.get(0)))
                .replicas(proxies.stream().skip(1).map(HistoryIT::endpoint).toArray(String[]::new))
                .pool(SIZE, OVERFLOW, POOL_TIMEOUT)
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5))
                .maxLag(Duration.ofSeconds(2))
                .build();
    }

    private static String endpoint(TcpProxy proxy) {
        return proxy.host() + ":" + proxy.port();
    }

    private static List<RecordedLoad.Client> clients(Database db) {
        WriteOptions once = WriteOptions.defaults();
        WriteOptions retrying = once.retries(3);
        return List.of(
                Clients.closures(db, once, ONE_ATTEMPT),
                Clients.closures(db, once, ONE_ATTEMPT),
                Clients.closures(db, retrying, WITH_RETRIES),
                Clients.closures(db, retrying, WITH_RETRIES),
                Clients.views(db, ONE_ATTEMPT),
                Clients.session(db, "once", once, ONE_ATTEMPT),
                Clients.session(db, "retrying", retrying, WITH_RETRIES),
                Clients.monotonic(db, "monotonic", once, ONE_ATTEMPT),
                Clients.hurried(db, "hurried", Duration.ofSeconds(2)),
                Clients.sessionViews(db, "views", ONE_ATTEMPT),
                Clients.lazy(db, "lazy", ONE_ATTEMPT),
                Clients.bound(db, "bound", ONE_ATTEMPT),
                Clients.handedOver(db, "handed over", ONE_ATTEMPT));
    }

    private static void nothingIsHeld(Database db, PostgresCluster cluster) throws SQLException {
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.checkedOut() == 0));
        for (PostgresNode node : cluster.nodes()) {
            // The ceiling, the monitor, and two connects that were given up and not noticed yet.
            await().atMost(SOON).until(() -> sessions(node) <= CEILING + 1 + 2);
        }
        assertThat(db.status().nodes())
                .extracting(node -> node.monitor().faults())
                .containsOnly(0L);
        ReadOptions onPrimary = ReadOptions.defaults().prefer(ReadPreference.PRIMARY);
        allAtOnce(CEILING, db.writer());
        allAtOnce(READS_OF_PRIMARY, db.reader(onPrimary));
    }

    /** Every place is free again: in the gate, and under the ceiling. */
    private static void allAtOnce(int places, DataSource source) throws SQLException {
        Deque<Connection> all = new ArrayDeque<>();
        try {
            while (all.size() < places) {
                all.push(source.getConnection());
            }
        } finally {
            while (!all.isEmpty()) {
                all.pop().close();
            }
        }
    }

    private static void nothingIsLeft(PostgresCluster cluster) {
        await().atMost(SOON)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.startsWith("penstock-")
                                && !name.startsWith("penstock-proxy")
                                && !name.startsWith("penstock-testkit")));
        for (PostgresNode node : cluster.nodes()) {
            await().atMost(SOON).until(() -> sessions(node) == 0);
        }
    }

    private static int sessions(PostgresNode node) throws SQLException {
        return Integer.parseInt(
                node.execute("select count(*) from pg_stat_activity where usename = 'appuser' and state is not null")
                        .get(0)
                        .get(0));
    }

    private static void noPromiseIsBroken(History history, Evidence evidence) {
        List<Operation> operations = history.operations();
        System.out.println("history, seed " + SEED + ": " + HistoryChecker.summary(operations, evidence));
        List<Violation> violations = CHECKER.check(operations, evidence);
        violations.stream().limit(40).forEach(System.out::println);
        assertThat(violations.stream().limit(10))
                .as("%d violations, seed %d", violations.size(), SEED)
                .isEmpty();
        assertThat(operations.size()).isGreaterThan((int) LENGTH.toSeconds() * 20);
    }
}
