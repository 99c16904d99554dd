package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.SqlFunction;
import dev.penstock.TestConfigs;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When a read is run again, where, and how often, on a primary with two replicas. */
@TestInstance(Lifecycle.PER_CLASS)
class ReadRerunIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private PostgresCluster cluster;
    private Database db;

    /** The port of the server, for each run of a closure. */
    private final List<Integer> runs = new CopyOnWriteArrayList<>();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).start();
        db = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(5, 0, Duration.ofSeconds(10))
                .build());
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @BeforeEach
    void healthy() {
        await().atMost(SOON)
                .until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
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
        for (var source : Map.of("reader", db.reader(), "dataSource", db.dataSource())
                .entrySet()) {
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
}
