package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.NodeHistory;
import dev.penstock.Processes;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.ErrorClass;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Servers that are well and say no: to a session, a login or a statement (faults F1, F15 and F21 to F25). */
@TestInstance(Lifecycle.PER_CLASS)
class RefusingServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(2);

    /** The promise is 50 ms beyond the deadline of a borrow; a busy machine gets ten times that. */
    private static final Duration BORROW_SLACK = Duration.ofMillis(500);

    /** Well below the deadline of a borrow: nobody waits for what waiting will not mend. */
    private static final Duration FAST = Duration.ofSeconds(1);

    private PostgresCluster cluster;
    private Database db;
    private NodeHistory history;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder()
                .replicas(1)
                .tls(true)
                .hba("host all all all scram-sha-256")
                .start();
        cluster.primary().execute("create table app.visit (id bigserial primary key)");
        cluster.primary().execute("grant all on all sequences in schema app to appuser");
        cluster.awaitReplicas();
    }

    @BeforeEach
    void open() throws SQLException {
        open(TlsConfig.disabled());
    }

    private void open(TlsConfig tls) throws SQLException {
        db = Database.open(config().tls(tls).build());
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        history = NodeHistory.of(db);
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(4, 0, BORROW)
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        db.close();
        cluster.awaitReplicas();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    @Test
    void a_read_whose_backend_is_terminated_runs_again_elsewhere_and_a_write_is_reported() throws Exception {
        CompletableFuture<Timed> reading =
                Timed.begin(threads, () -> db.read(RefusingServerIT::readsUntilItIsOnThePrimary));
        await().atMost(SOON)
                .until(() -> terminate(cluster.replicas().get(0), "query like '%pg_sleep%'") > 0 || reading.isDone());
        reading.get(20, TimeUnit.SECONDS).succeededWithin(SOON);
        assertThat(history.retries()).containsExactly("node-2 57P01");
        insert();
        assertThat(terminate(cluster.primary(), "query not like '%penstock monitor%'"))
                .isPositive();
        SQLException reported = Timed.call(this::insert).failedWithin(FAST, "57P01|08006");
        assertThat(ErrorClass.of(reported).writeMayRunAgain(false)).isTrue();
        Timed.call(this::insert).succeededWithin(FAST);
        assertThat(history.lost()).isEmpty();
    }

    /** Slow on a replica, so that there is something to terminate. */
    private static Served readsUntilItIsOnThePrimary(Connection c) throws SQLException {
        Served served = Served.by(c);
        if (served.inRecovery()) {
            Served.run(c, "select pg_sleep(4)");
        }
        return served;
    }

    @Test
    void a_role_at_its_connection_limit_goes_on_with_what_it_has_and_the_node_stays_up() throws Exception {
        List<Connection> held = new ArrayList<>();
        held.add(db.writer().getConnection());
        cluster.primary().execute("alter role appuser connection limit 1");
        try {
            // One that the pool was opening meanwhile may still come.
            Timed refused = Timed.call(() -> held.add(db.writer().getConnection()));
            while (refused.error().isEmpty()) {
                refused = Timed.call(() -> held.add(db.writer().getConnection()));
            }
            refused.failedWithin(BORROW.plus(BORROW_SLACK), "53300");
            Served.run(held.get(0), "select 1");
            CompletableFuture<Timed> next =
                    Timed.begin(threads, () -> db.writer().getConnection().close());
            held.remove(0).close();
            next.get(20, TimeUnit.SECONDS).succeededWithin(FAST);
            for (Connection one : held) {
                one.close();
            }
            assertThat(history.lost()).isEmpty();
        } finally {
            cluster.primary().execute("alter role appuser connection limit -1");
        }
    }

    @Test
    void a_changed_password_leaves_live_sessions_and_nodes_alone_and_is_told_at_once() throws Exception {
        String password = cluster.password("appuser");
        isToldAtOnce("alter role appuser password 'another'", "28P01");
        cluster.primary().execute("alter role appuser password '" + password + "'");
    }

    @Test
    void a_role_that_may_not_log_in_any_more_is_told_at_once_and_nothing_fails_over() throws Exception {
        isToldAtOnce("alter role appuser nologin", "28000");
        cluster.primary().execute("alter role appuser login");
    }

    @Test
    void a_role_that_may_not_connect_any_more_is_told_at_once_and_nothing_fails_over() throws Exception {
        isToldAtOnce("revoke connect on database appdb from public, appuser", "42501");
        cluster.primary().execute("grant connect on database appdb to public, appuser");
    }

    @Test
    void a_database_that_is_closed_is_told_at_once_and_nothing_fails_over() throws Exception {
        try (Connection primary = cluster.primary().connect();
                Connection replica = cluster.replicas().get(0).connect()) {
            isToldAtOnce(
                    "update pg_database set datallowconn = false where datname = 'appdb'", "55000", primary, replica);
            Served.run(primary, "update pg_database set datallowconn = true where datname = 'appdb'");
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_is_told_at_once_and_nothing_fails_over() throws Exception {
        db.close();
        open(TlsConfig.verifyFull(cluster.certificates().caFile()));
        IssuedCertificate untrusted =
                CertificateAuthority.create("Somebody else").server("localhost").issue();
        IssuedCertificate trusted =
                cluster.certificates().authority().server("localhost").issue();
        try (Connection live = db.writer().getConnection()) {
            cluster.replaceServerCertificate(untrusted);
            Served.run(live, "select 1");
        }
        endSessionsOfTheRole();
        SQLException told = toldOnBothWays("08006");
        assertThat(told.getMessage()).contains("TLS_UNTRUSTED_CHAIN");
        cluster.replaceServerCertificate(trusted);
        assertServesAgain();
    }

    private void isToldAtOnce(String change, String state) throws Exception {
        try (Connection primary = cluster.primary().connect();
                Connection replica = cluster.replicas().get(0).connect()) {
            isToldAtOnce(change, state, primary, replica);
        }
    }

    private void isToldAtOnce(String change, String state, Connection primary, Connection replica) throws Exception {
        try (Connection live = db.writer().getConnection()) {
            Served.run(primary, change);
            cluster.awaitReplicas();
            Served.run(live, "select 1");
        }
        Served.run(primary, END_SESSIONS);
        Served.run(replica, END_SESSIONS);
        toldOnBothWays(state);
    }

    private static final String END_SESSIONS =
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'";

    private void endSessionsOfTheRole() throws SQLException {
        for (PostgresNode node : cluster.nodes()) {
            node.execute(END_SESSIONS);
        }
    }

    /** The first call may still meet the session that was ended. */
    private SQLException toldOnBothWays(String state) {
        await().atMost(SOON)
                .until(() -> Timed.call(this::insert)
                        .error()
                        .filter(e -> state.equals(e.getSQLState()))
                        .isPresent());
        await().atMost(SOON)
                .until(() -> Timed.call(() -> db.read(Served::by))
                        .error()
                        .filter(e -> state.equals(e.getSQLState()))
                        .isPresent());
        Timed.call(() -> db.read(Served::by)).failedWithin(FAST, state);
        assertNothingWasGivenUpForARefusal();
        return Timed.call(this::insert).failedWithin(FAST, state);
    }

    private void assertServesAgain() {
        await().atMost(SOON).until(() -> Timed.call(this::insert).error().isEmpty());
        await().atMost(SOON)
                .until(() -> Timed.call(() -> db.read(Served::by)).error().isEmpty());
        assertNothingWasGivenUpForARefusal();
    }

    /** On a busy machine a monitor's handshake may take longer than it is given; that has nothing to do with the refusal. */
    private void assertNothingWasGivenUpForARefusal() {
        assertThat(history.lost()).isEmpty();
    }

    @Test
    void serializable_on_a_replica_is_refused_without_costing_a_healthy_connection() throws Exception {
        long before;
        try (Connection c = db.reader().getConnection()) {
            before = Processes.backend(c);
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            c.setAutoCommit(false);
            Timed.call(() -> Served.run(c, "select count(*) from app.visit")).failedWithin(FAST, "0A000");
            c.rollback();
        }
        try (Connection c = db.reader().getConnection()) {
            assertThat(Processes.backend(c)).isEqualTo(before);
            assertThat(Served.by(c).inRecovery()).isTrue();
        }
        assertThat(history.lost()).isEmpty();
    }

    @Test
    void a_writer_that_meets_a_read_only_server_is_evicted_and_nothing_is_written_until_it_is_writable()
            throws Exception {
        long before;
        try (Connection c = db.writer().getConnection()) {
            before = Processes.backend(c);
            setReadOnly("on");
            await().atMost(SOON)
                    .until(() -> Timed.call(() -> Served.run(c, "insert into app.visit default values"))
                            .error()
                            .filter(e -> "25006".equals(e.getSQLState()))
                            .isPresent());
        }
        Timed.call(this::insert).failedWithin(BORROW.plus(BORROW_SLACK), "08001");
        setReadOnly("off");
        await().atMost(SOON).until(() -> Timed.call(this::insert).error().isEmpty());
        try (Connection c = db.writer().getConnection()) {
            assertThat(Processes.backend(c)).isNotEqualTo(before);
        }
    }

    private void setReadOnly(String value) throws SQLException {
        cluster.primary().execute("alter system set default_transaction_read_only = " + value);
        cluster.primary().execute("select pg_reload_conf()");
    }

    private int terminate(PostgresNode node, String which) throws SQLException {
        return Integer.parseInt(
                node.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'appuser'"
                                + " and " + which)
                        .get(0)
                        .get(0));
    }

    private void insert() throws SQLException {
        db.write(c -> Served.run(c, "insert into app.visit default values"));
    }
}
