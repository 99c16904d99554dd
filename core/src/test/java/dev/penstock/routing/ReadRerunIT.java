package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Processes;
import dev.penstock.Served;
import dev.penstock.SqlFunction;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** When a read is run again, where, and how often, on a primary with two replicas. */
@TestInstance(Lifecycle.PER_CLASS)
class ReadRerunIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private PostgresCluster cluster;
    private Database db;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The port of the server, for each run of a closure. */
    private final List<Integer> runs = new CopyOnWriteArrayList<>();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).start();
        cluster.primary()
                .execute("create function app.fail(state text) returns text language plpgsql as $$"
                        + " begin raise exception 'It failed.' using errcode = state; end $$");
        cluster.awaitReplicas();
        db = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(5, 0, Duration.ofSeconds(10))
                .build());
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            threads.shutdownNow();
            db.close();
        }
    }

    @BeforeEach
    void healthy() {
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        runs.clear();
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Ends the session from outside, and returns once the server has none of that number. */
    private void terminate(String pid) throws SQLException {
        for (PostgresNode node : cluster.nodes()) {
            node.execute("select pg_terminate_backend(" + pid + ")");
            await().atMost(SOON)
                    .until(() -> node.execute("select 1 from pg_stat_activity where pid = " + pid)
                            .isEmpty());
        }
    }

    /** A read whose session ends after its last statement, the first time. */
    private SqlFunction<String> endedBeforeItsCommit() {
        return c -> {
            String pid = one(c, "select pg_backend_pid()");
            runs.add(Served.by(c).port());
            if (runs.size() == 1) {
                terminate(pid);
            }
            return pid;
        };
    }

    static Stream<ReadOptions> inTransactions() {
        return Stream.of(
                ReadOptions.defaults().isolation(Isolation.REPEATABLE_READ),
                ReadOptions.defaults().with("app.user_id", "7"),
                ReadOptions.defaults().streaming());
    }

    @ParameterizedTest
    @MethodSource("inTransactions")
    void a_read_whose_transaction_is_lost_at_its_commit_runs_again(ReadOptions options) throws SQLException {
        db.read(options, endedBeforeItsCommit());
        assertThat(runs).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void a_transaction_that_could_not_write_has_no_unknown_outcome() throws SQLException {
        for (var source :
                Map.of("reader", db.reader(), "dataSource", db.dataSource()).entrySet()) {
            try (Connection c = source.getValue().getConnection()) {
                c.setReadOnly(true);
                c.setAutoCommit(false);
                terminate(one(c, "select pg_backend_pid()"));
                assertThatThrownBy(c::commit)
                        .as(source.getKey())
                        .isInstanceOf(SQLException.class)
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isIn("57P01", "08006");
            }
        }
    }

    @Test
    void a_transaction_that_was_made_one_that_writes_keeps_its_unknown_outcome() throws SQLException {
        ReadOptions onPrimary = ReadOptions.defaults().prefer(ReadPreference.PRIMARY);
        try (Connection c = db.reader(onPrimary).getConnection()) {
            c.setAutoCommit(false);
            Served.run(c, "set transaction read write");
            terminate(one(c, "select pg_backend_pid()"));
            assertThatThrownBy(c::commit)
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08007");
        }
    }

    private SQLException failure(SqlFunction<?> read) {
        return failure(db, read);
    }

    private SQLException failure(Database from, SqlFunction<?> read) {
        return Timed.call(() -> from.read(c -> {
                    runs.add(Served.by(c).port());
                    return read.apply(c);
                }))
                .error()
                .orElseThrow();
    }

    private int primaryPort() {
        return cluster.primary().port();
    }

    @ParameterizedTest
    @CsvSource({"08006", "08001", "57P01", "53200", "58030", "40001"})
    void what_another_database_threw_in_the_closure_is_told_after_one_run(String state) {
        SQLException others = new SQLException("the billing database is down", state);
        SQLException told = failure(c -> {
            throw others;
        });
        assertThat((Throwable) told).isSameAs(others);
        assertThat(runs).hasSize(1);
        runs.clear();
        Timed write = Timed.call(() -> db.write(WriteOptions.defaults().retries(2), c -> {
            runs.add(0);
            throw others;
        }));
        assertThat(write.error()).containsSame(others);
        assertThat(runs).hasSize(1);
    }

    @Test
    void one_exception_that_is_thrown_by_each_run_is_told_as_it_is() {
        SQLException same = new SQLException("no memory left", "53200");
        Timed read = Timed.call(() -> db.read(c -> {
            c.unwrap(PGConnection.class);
            throw same;
        }));
        assertThat(read.error()).containsSame(same);
        Timed write = Timed.call(() -> db.write(WriteOptions.defaults().retries(2), c -> {
            c.unwrap(PGConnection.class);
            throw same;
        }));
        assertThat(write.error()).containsSame(same);
    }

    @Test
    void a_read_within_a_read_has_its_own_losses_and_the_outer_one_does_not_run_again_for_them() {
        AtomicInteger outer = new AtomicInteger();
        Timed.call(() -> db.read(c -> {
                    outer.incrementAndGet();
                    return db.read(inner -> {
                        runs.add(Served.by(inner).port());
                        return one(inner, "select app.fail('53200')");
                    });
                }))
                .failedWithin(SOON, "53200");
        assertThat(outer).hasValue(1);
        assertThat(runs).hasSize(3).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"53200", "53100"})
    void a_node_without_memory_or_disk_is_left_once_for_each_other_node(String state) {
        SQLException told = failure(c -> one(c, "select app.fail('" + state + "')"));
        assertThat(told.getSQLState()).isEqualTo(state);
        assertThat(runs).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void a_query_that_ends_its_own_session_ends_one_on_each_node_at_most() {
        SQLException told = failure(c -> one(c, "select pg_terminate_backend(pg_backend_pid())"));
        assertThat(told.getSQLState()).isIn("57P01", "08006");
        assertThat(runs).hasSizeBetween(2, 3).doesNotHaveDuplicates();
    }

    @Test
    void what_a_function_raises_with_the_state_of_a_lost_session_is_the_statements_own_error() {
        for (String state : List.of("08006", "08001", "57P01", "53300")) {
            runs.clear();
            assertThat(failure(c -> one(c, "select app.fail('" + state + "')")).getSQLState())
                    .isEqualTo(state);
            assertThat(runs).as(state).hasSize(1);
        }
    }

    @Test
    void what_will_pass_is_tried_five_times_more_with_pauses_once_no_other_node_is_left() {
        long begun = System.nanoTime();
        assertThat(failure(c -> one(c, "select app.fail('40001')")).getSQLState())
                .isEqualTo("40001");
        assertThat(runs).hasSize(6);
        assertThat(runs.subList(0, 3)).doesNotHaveDuplicates();
        // 100, 200 and 400 ms; the first two moves went to other nodes at once.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
    }

    @Test
    void a_query_that_crashes_its_server_process_crashes_two_nodes_and_never_the_primary() {
        SQLException told = failure(c -> {
            crash(c, Processes.backend(c));
            return null;
        });
        assertThat(told.getSQLState()).isEqualTo("08006");
        assertThat(runs).hasSize(2).doesNotHaveDuplicates().doesNotContain(primaryPort());
    }

    @Test
    void a_read_that_met_the_crash_of_another_one_on_both_replicas_is_served_by_the_primary() throws Exception {
        Served served = db.read(c -> {
            Served here = Served.by(c);
            runs.add(here.port());
            if (here.inRecovery()) {
                try (Connection other = nodeOf(here).connect("appuser")) {
                    crash(c, Processes.backend(other));
                }
            }
            return here;
        });
        assertThat(served.port()).isEqualTo(primaryPort());
        assertThat(runs).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void a_read_whose_nodes_are_killed_one_after_the_other_is_served_by_the_third() throws Exception {
        try {
            Served served = db.read(c -> {
                Served here = Served.by(c);
                runs.add(here.port());
                if (here.inRecovery()) {
                    // Prepared, so that nobody can ask the statement what the server said.
                    try (PreparedStatement waits = c.prepareStatement("select pg_sleep(60)")) {
                        whileItRuns(nodeOf(here), () -> nodeOf(here).kill());
                        waits.execute();
                    }
                }
                return here;
            });
            assertThat(served.port()).isEqualTo(primaryPort());
            assertThat(runs).hasSize(3).doesNotHaveDuplicates();
        } finally {
            cluster.replicas().forEach(PostgresNode::start);
        }
    }

    @Test
    void on_a_single_node_a_read_runs_once_more_when_the_node_has_answered() throws SQLException {
        try (Database alone =
                Database.open(TestConfigs.of(cluster, cluster.nodes().subList(0, 1))
                        .tls(TlsConfig.disabled())
                        .pool(5, 0, Duration.ofSeconds(10))
                        .build())) {
            assertThat(failure(alone, c -> one(c, "select app.fail('53200')")).getSQLState())
                    .isEqualTo("53200");
            assertThat(runs).hasSize(2);
            runs.clear();
            SQLException told = failure(alone, c -> {
                crash(c, Processes.backend(c));
                return null;
            });
            assertThat(told.getSQLState()).isEqualTo("08006");
            assertThat(runs).hasSize(2);
        }
    }

    private PostgresNode nodeOf(Served here) {
        return cluster.nodes().stream()
                .filter(node -> node.port() == here.port())
                .findFirst()
                .orElseThrow();
    }

    /** Runs a statement on the connection, and kills a process of its server meanwhile. */
    private void crash(Connection connection, long process) throws SQLException {
        whileItRuns(nodeOf(Served.by(connection)), () -> Processes.signal("KILL", process));
        Served.run(connection, "select pg_sleep(60)");
    }

    /** Strikes once the server runs the statement that is about to be sent. */
    private void whileItRuns(PostgresNode node, Runnable fault) {
        threads.submit(() -> {
            await().atMost(SOON)
                    .until(() -> !node.execute(
                                    "select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'")
                            .isEmpty());
            fault.run();
        });
    }
}
