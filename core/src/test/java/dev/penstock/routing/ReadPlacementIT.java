package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.SqlFunction;
import dev.penstock.TestConfigs;
import dev.penstock.config.Isolation;
import dev.penstock.config.OnNoReplica;
import dev.penstock.config.OnUnsatisfied;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.RoutingConfig;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.RouteExplanation;
import dev.penstock.observe.RouteReason;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Where a read goes by its options, how it runs there, and what the explanation says of it. */
@TestInstance(Lifecycle.PER_CLASS)
class ReadPlacementIT {
    private static final ReadOptions ANY = ReadOptions.defaults();
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.row as select n from generate_series(1, 5000) n");
        cluster.primary().execute("grant all on app.row to appuser");
        db = Database.open(TestConfigs.of(cluster).build());
        cluster.awaitReplicas();
        awaitEligible(db, 2);
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @AfterEach
    void heal() {
        cluster.replicas().forEach(PostgresNode::start);
        cluster.replicas().forEach(PostgresNode::resumeReplay);
        awaitEligible(db, 2);
    }

    private static void awaitEligible(Database database, int replicas) {
        await().atMost(LIMIT)
                .until(() -> database.explain(ANY.prefer(ReadPreference.REPLICA_ONLY)).candidates().stream()
                                .filter(RouteExplanation.Candidate::eligible)
                                .count()
                        == replicas);
    }

    private boolean onReplica(ReadOptions options) throws SQLException {
        return db.read(options, Served::by).inRecovery();
    }

    private void stopReplicas() {
        cluster.replicas().forEach(PostgresNode::stop);
        await().atMost(LIMIT)
                .until(() -> db.status().nodes().stream()
                                .filter(node -> node.state() == NodeState.DOWN)
                                .count()
                        == 2);
    }

    private static <T> SqlFunction<T> asking(String sql, Class<T> type) {
        return c -> {
            try (Statement statement = c.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return type.cast(row.getObject(1));
            }
        };
    }

    @Test
    void a_read_goes_where_it_prefers_and_the_explanation_says_the_same() throws SQLException {
        assertThat(onReplica(ANY)).isTrue();
        assertThat(onReplica(ANY.prefer(ReadPreference.REPLICA_ONLY))).isTrue();
        for (ReadPreference preference :
                new ReadPreference[] {ReadPreference.PRIMARY, ReadPreference.PRIMARY_PREFERRED}) {
            assertThat(onReplica(ANY.prefer(preference))).isFalse();
            assertThat(db.explain(ANY.prefer(preference)).reason()).isEqualTo(RouteReason.PRIMARY_ASKED_FOR);
        }
        assertThat(db.explain(ANY).reason()).isEqualTo(RouteReason.REPLICA);
        assertThat(db.explain(ANY))
                .asString()
                .contains("- node-1 (PRIMARY): it is the primary")
                .contains("+ node-2");
    }

    @Test
    void a_read_that_wants_the_primary_runs_on_a_session_that_cannot_write() {
        assertThatThrownBy(() -> db.read(ANY.prefer(ReadPreference.PRIMARY), c -> {
                    Served.run(c, "insert into app.row values (0)");
                    return null;
                }))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }

    @Test
    void without_replicas_reads_go_to_the_primary_or_fail_at_once_as_configured() throws SQLException {
        stopReplicas();
        assertThat(onReplica(ANY)).isFalse();
        assertThat(db.explain(ANY).reason()).isEqualTo(RouteReason.REPLICAS_DOWN);
        try (Database strict = Database.open(TestConfigs.of(cluster)
                .routing(RoutingConfig.builder()
                        .onNoReplica(OnNoReplica.FAIL)
                        .primaryReadWeight(0)
                        .build())
                .build())) {
            await().atMost(LIMIT)
                    .until(() -> strict.status().nodes().stream()
                                    .filter(node -> node.state() == NodeState.DOWN)
                                    .count()
                            == 2);
            for (Database one : new Database[] {strict, db}) {
                ReadOptions options = one == db ? ANY.prefer(ReadPreference.REPLICA_ONLY) : ANY;
                long begun = System.nanoTime();
                assertThatThrownBy(() -> one.read(options, Served::by))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("08001"))
                        .hasMessageContaining("No replica to read from")
                        .hasMessageContaining("node-2");
                // pool.timeout is twenty seconds.
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
            }
            assertThat(strict.read(ANY.prefer(ReadPreference.PRIMARY), Served::by)
                            .inRecovery())
                    .isFalse();
        }
    }

    @Test
    void the_primary_takes_part_in_reads_as_its_weight_says() throws SQLException {
        try (Database weighted = Database.open(TestConfigs.of(cluster)
                .routing(RoutingConfig.builder()
                        .onNoReplica(OnNoReplica.PRIMARY)
                        .primaryReadWeight(1)
                        .build())
                .build())) {
            awaitEligible(weighted, 2);
            int onPrimary = 0;
            for (int i = 0; i < 600; i++) {
                onPrimary += weighted.read(Served::by).inRecovery() ? 0 : 1;
            }
            assertThat(onPrimary).isBetween(120, 280);
            assertThat(weighted.status().routes().get(RouteReason.PRIMARY_AS_READER))
                    .isEqualTo(onPrimary);
        }
    }

    @Test
    void a_read_avoids_replicas_that_are_staler_than_it_allows() throws Exception {
        ReadOptions fresh = ANY.maxStaleness(Duration.ofSeconds(2));
        assertThat(onReplica(ANY.maxStaleness(Duration.ofSeconds(8)))).isTrue();
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        cluster.primary().execute("insert into app.row values (0)");
        await().atMost(LIMIT).until(() -> !onReplica(fresh));
        assertThat(onReplica(ANY)).as("max_lag is ten seconds").isTrue();
        assertThat(db.explain(fresh).reason()).isEqualTo(RouteReason.REPLICAS_BEHIND);
        assertThatThrownBy(() -> db.read(fresh.onUnsatisfied(OnUnsatisfied.FAIL), Served::by))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55000"));
    }

    @Test
    void a_view_with_options_goes_where_they_say_and_refuses_those_that_are_its_callers() throws SQLException {
        try (Connection c = db.reader(ANY.prefer(ReadPreference.PRIMARY)).getConnection()) {
            assertThat(Served.by(c).inRecovery()).isFalse();
        }
        assertThatThrownBy(() -> db.reader(ANY.streaming()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefer, maxStaleness, after, onUnsatisfied");
    }

    @Test
    void an_isolation_level_holds_for_one_transaction_and_serializable_goes_to_the_primary() throws SQLException {
        SqlFunction<String> level = asking("show transaction_isolation", String.class);
        ReadOptions snapshot = ANY.isolation(Isolation.REPEATABLE_READ).with("app.user_id", "42");
        assertThat(db.read(snapshot, level)).isEqualTo("repeatable read");
        assertThat(db.read(snapshot, asking("select current_setting('app.user_id')", String.class)))
                .isEqualTo("42");
        assertThat(onReplica(snapshot)).isTrue();
        ReadOptions serializable = ANY.isolation(Isolation.SERIALIZABLE);
        assertThat(db.read(serializable, level)).isEqualTo("serializable");
        assertThat(onReplica(serializable)).isFalse();
        assertThat(db.explain(serializable).reason()).isEqualTo(RouteReason.NOT_ON_REPLICAS);
        assertThat(db.writeReturning(WriteOptions.defaults().isolation(Isolation.SERIALIZABLE), level))
                .isEqualTo("serializable");
        for (int i = 0; i < 10; i++) {
            assertThat(db.read(level)).isEqualTo("read committed");
            assertThat(db.writeReturning(level)).isEqualTo("read committed");
        }
    }

    @Test
    void a_streaming_read_fetches_some_rows_at_a_time_and_the_next_borrower_all_at_once() throws SQLException {
        int[] sizes = db.read(ANY.streaming(), c -> {
            try (Statement statement = c.createStatement();
                    ResultSet rows = statement.executeQuery("select n from app.row")) {
                int seen = 0;
                while (rows.next()) {
                    seen++;
                }
                return new int[] {seen, statement.getFetchSize(), c.getAutoCommit() ? 1 : 0};
            }
        });
        assertThat(sizes[0]).isGreaterThanOrEqualTo(5000);
        assertThat(sizes[1]).isEqualTo(1000);
        assertThat(sizes[2]).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(db.<Integer>read(c -> {
                        try (Statement statement = c.createStatement()) {
                            return statement.getFetchSize();
                        }
                    }))
                    .isZero();
        }
    }

    @Test
    void a_read_that_may_run_once_fails_where_another_would_have_moved() throws SQLException {
        AtomicInteger runs = new AtomicInteger();
        SqlFunction<Object> losing = c -> {
            if (runs.incrementAndGet() == 1) {
                Served.run(c, "select pg_terminate_backend(pg_backend_pid())");
            }
            return Boolean.TRUE;
        };
        assertThatThrownBy(() -> db.read(ANY.once(), losing)).isInstanceOf(SQLException.class);
        assertThat(runs).hasValue(1);
        runs.set(0);
        assertThat(db.read(losing)).isEqualTo(Boolean.TRUE);
        assertThat(runs).hasValue(2);
    }

    @Test
    void what_is_under_way_at_its_deadline_is_cancelled_at_the_server() throws SQLException {
        Duration deadline = Duration.ofMillis(300);
        long begun = System.nanoTime();
        assertThatThrownBy(() -> db.read(ANY.deadline(deadline), asking("select pg_sleep(30)", Object.class)))
                .isInstanceOfSatisfying(
                        SQLTimeoutException.class,
                        e -> assertThat(e.getSQLState()).isEqualTo("57014"))
                .hasMessageContaining("300 ms");
        assertThatThrownBy(() -> db.write(WriteOptions.defaults().deadline(deadline), c -> {
                    Served.run(c, "insert into app.row values (-1)");
                    Served.run(c, "select pg_sleep(30)");
                }))
                .isInstanceOf(SQLTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        long rows = db.read(c -> Served.count(c, "app.row where n = -1"));
        assertThat(rows).isZero();
        for (PostgresNode node : cluster.nodes()) {
            await().atMost(LIMIT)
                    .until(() -> node.execute("select 1 from pg_stat_activity where query like 'select pg_sleep%'"
                                    + " and state = 'active'")
                            .isEmpty());
        }
        assertThat(db.read(ANY.deadline(Duration.ofSeconds(20)), Served::by).inRecovery())
                .isTrue();
    }

    @Test
    void waiting_for_a_connection_counts_against_the_deadline_of_the_call() throws SQLException {
        Duration deadline = Duration.ofMillis(200);
        try (Database alone = Database.open(TestConfigs.of(cluster, List.of(cluster.primary()))
                        .pool(1, 0, LIMIT)
                        .build());
                Connection held = alone.writer().getConnection()) {
            assertThat(held.isValid(5)).isTrue();
            assertThatThrownBy(() -> alone.read(ANY.deadline(deadline), Served::by))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("200 ms")
                    .hasCauseInstanceOf(SQLException.class);
            assertThatThrownBy(() -> alone.write(WriteOptions.defaults().deadline(deadline), Served::by))
                    .isInstanceOf(SQLTimeoutException.class);
        }
    }

    @Test
    void a_frozen_server_does_not_keep_a_call_beyond_its_deadline() throws SQLException {
        PostgresNode primary = cluster.primary();
        long begun = System.nanoTime();
        try {
            assertThatThrownBy(() -> db.write(WriteOptions.defaults().deadline(Duration.ofMillis(400)), c -> {
                        primary.suspend();
                        Served.run(c, "select 1");
                    }))
                    .isInstanceOf(SQLTimeoutException.class);
        } finally {
            primary.resume();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        await().atMost(LIMIT).until(() -> db.status().primary().isPresent());
    }

    @Test
    void a_read_takes_no_advisory_lock_on_a_replica_or_on_the_primary() throws SQLException {
        for (ReadPreference preference : new ReadPreference[] {ReadPreference.REPLICA_ONLY, ReadPreference.PRIMARY}) {
            assertThatThrownBy(() ->
                            db.read(ANY.prefer(preference), asking("select pg_try_advisory_lock(1)", Object.class)))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"))
                    .hasMessageContaining("protects nothing");
            try (Connection c = db.reader(ANY.prefer(preference)).getConnection()) {
                assertThatThrownBy(() -> c.prepareStatement("select pg_advisory_xact_lock(1)"))
                        .isInstanceOf(SQLException.class);
            }
        }
        assertThat(db.writeReturning(asking("select pg_try_advisory_xact_lock(1)", Boolean.class)))
                .isTrue();
    }
}
