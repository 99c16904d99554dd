package dev.penstock.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.config.SessionConfig;
import dev.penstock.testkit.PostgresCluster;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.postgresql.PGConnection;

/** The lazy data source on a real primary with two replicas: where it ran is asked of the servers. */
@TestInstance(Lifecycle.PER_CLASS)
class DataSourceIT {
    private PostgresCluster cluster;
    private Database db;
    private DataSource dataSource;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.visit (id bigserial primary key, note text)");
        db = Database.open(TestConfigs.of(cluster).build());
        dataSource = db.dataSource();
        cluster.awaitReplicas();
        // A read passes over a replica that is slow to open a connection.
        db.warmUp();
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @AfterEach
    void nothing_is_left_borrowed() {
        assertThat(db.status().nodes())
                .allSatisfy(node -> assertThat(node.checkedOut()).isZero());
    }

    @Test
    void declared_reads_run_on_replicas_and_everything_else_on_the_primary() throws SQLException {
        for (boolean autoCommit : new boolean[] {true, false}) {
            for (boolean readOnly : new boolean[] {true, false}) {
                try (Connection c = dataSource.getConnection()) {
                    c.setAutoCommit(autoCommit);
                    c.setReadOnly(readOnly);
                    assertThat(Served.by(c).inRecovery()).isEqualTo(readOnly);
                }
                try (Connection c = dataSource.getConnection()) {
                    c.setReadOnly(readOnly);
                    c.setAutoCommit(autoCommit);
                    assertThat(Served.by(c).inRecovery()).isEqualTo(readOnly);
                }
            }
        }
    }

    @Test
    void a_thousand_connections_that_are_not_used_take_nothing_from_the_pools() throws SQLException {
        List<Connection> unused = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Connection c = dataSource.getConnection();
            c.setReadOnly(i % 2 == 0);
            c.setAutoCommit(false);
            c.commit();
            unused.add(c);
        }
        nothing_is_left_borrowed();
        for (Connection c : unused) {
            c.close();
        }
    }

    @Test
    void what_a_connection_answers_before_it_has_a_session_is_what_the_session_answers() throws SQLException {
        try (Database named = Database.open(TestConfigs.of(cluster)
                        .session(SessionConfig.builder()
                                .schema("app")
                                .settings(Map.of("default_transaction_isolation", "repeatable read"))
                                .build())
                        .applicationName("shop")
                        .build());
                Connection c = named.dataSource().getConnection()) {
            List<Object> before = answers(c);
            Served.by(c);
            assertThat(answers(c)).isEqualTo(before);
        }
    }

    private static List<Object> answers(Connection c) throws SQLException {
        return List.of(
                c.getAutoCommit(),
                c.isReadOnly(),
                c.getTransactionIsolation(),
                c.getCatalog(),
                c.getSchema(),
                c.getHoldability(),
                c.getNetworkTimeout(),
                c.getClientInfo("ApplicationName"),
                c.getTypeMap());
    }

    @Test
    void the_schema_is_asked_of_the_server_when_nobody_has_said_it() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            assertThat(c.getSchema()).isEqualTo("app");
        }
    }

    @Test
    void a_connection_moves_between_two_transactions_and_closes_the_statements_it_leaves() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            PreparedStatement left = c.prepareStatement("select 1");
            assertThat(Served.by(c).inRecovery()).isTrue();
            c.setReadOnly(false);
            assertThat(left.isClosed()).isTrue();
            assertThatThrownBy(left::executeQuery).isInstanceOf(SQLException.class);
            nothing_is_left_borrowed();
            c.setAutoCommit(false);
            Served.run(c, "insert into app.visit (note) values ('moved')");
            refused("25001", () -> c.setReadOnly(true));
            assertThat(Served.by(c).inRecovery()).isFalse();
            c.commit();
            c.setReadOnly(true);
            assertThat(Served.by(c).inRecovery()).isTrue();
            refused("25001", () -> c.setReadOnly(false));
            c.rollback();
            c.setReadOnly(false);
            assertThat(Served.count(c, "app.visit where note = 'moved'")).isOne();
        }
    }

    @Test
    void a_prepared_statement_of_a_session_that_may_write_outlives_read_only_with_its_values_and_batch()
            throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            PreparedStatement echo = c.prepareStatement("select ?::text, pg_is_in_recovery()");
            PreparedStatement insert = c.prepareStatement("insert into app.visit (note) values (?)");
            echo.setString(1, "kept");
            echo.setFetchSize(7);
            insert.setString(1, "kept");
            insert.addBatch();
            for (boolean readOnly : new boolean[] {true, false, true, false}) {
                c.setReadOnly(readOnly);
                assertThat(c.isReadOnly()).isEqualTo(readOnly);
                try (ResultSet row = echo.executeQuery()) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo("kept");
                    assertThat(row.getBoolean(2)).isFalse();
                }
                assertThat(echo.getFetchSize()).isEqualTo(7);
            }
            assertThat(insert.executeBatch()).containsExactly(1);
            echo.close();
            c.setReadOnly(true);
            c.setAutoCommit(false);
            assertThat(show(c, "transaction_read_only")).isEqualTo("on");
            assertThat(Served.by(c).inRecovery()).as("one is still open").isFalse();
            c.commit();
            insert.close();
            c.setReadOnly(false);
            c.setReadOnly(true);
            assertThat(Served.by(c).inRecovery()).isTrue();
        }
        nothing_is_left_borrowed();
    }

    /** What a pool does with 25006 of a server that was demoted would break the transaction of whoever asked for it. */
    @Test
    void a_write_refused_on_a_session_that_its_borrower_made_read_only_is_the_statements_error() throws SQLException {
        List<SqlAction> ways = List.of(
                c -> c.setReadOnly(true),
                c -> Served.run(c, "set transaction read only"),
                c -> Served.run(c, "select set_config('transaction_read_only', 'on', true)"));
        for (DataSource source : List.of(db.writer(), dataSource)) {
            for (SqlAction readOnly : ways) {
                try (Connection c = source.getConnection();
                        PreparedStatement held = c.prepareStatement("select pg_backend_pid()")) {
                    int session = number(held);
                    c.setAutoCommit(false);
                    readOnly.run(c);
                    refused("25006", () -> Served.run(c, "insert into app.visit (note) values ('refused')"));
                    assertThat(c.isClosed()).isFalse();
                    c.rollback();
                    c.setReadOnly(false);
                    Served.run(c, "insert into app.visit (note) values ('not refused')");
                    assertThat(number(held)).isEqualTo(session);
                    c.commit();
                }
            }
        }
        assertThat(visits("not refused")).isEqualTo(6);
    }

    private static int number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void a_transaction_begun_by_text_holds_its_session_too() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            Served.run(c, "begin");
            refused("25001", () -> c.setReadOnly(true));
            Served.run(c, "rollback");
        }
    }

    @Test
    void reads_cannot_write_wherever_they_are() throws SQLException {
        try (Database alone = Database.open(
                TestConfigs.of(cluster, List.of(cluster.primary())).build())) {
            for (DataSource source : List.of(dataSource, alone.dataSource())) {
                for (int level :
                        new int[] {Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_SERIALIZABLE}) {
                    try (Connection c = source.getConnection()) {
                        c.setReadOnly(true);
                        c.setTransactionIsolation(level);
                        refused("25006", () -> Served.run(c, "insert into app.visit (note) values ('by accident')"));
                    }
                }
            }
        }
    }

    @Test
    void serializable_reads_run_on_the_primary_and_leave_a_replica_for_it() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            c.setAutoCommit(false);
            assertThat(Served.by(c).inRecovery()).isTrue();
            refused("25001", () -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
            c.commit();
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(Served.by(c).inRecovery()).isFalse();
            assertThat(show(c, "transaction_isolation")).isEqualTo("serializable");
            c.rollback();
        }
        try (Connection c = db.reader().getConnection()) {
            assertThat(show(c, "transaction_isolation")).isEqualTo("read committed");
        }
    }

    @Test
    void repeatable_reads_run_on_a_replica() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            c.setReadOnly(true);
            c.setAutoCommit(false);
            assertThat(Served.by(c).inRecovery()).isTrue();
            assertThat(show(c, "transaction_isolation")).isEqualTo("repeatable read");
        }
    }

    @Test
    void settings_reach_every_session_that_a_connection_takes_and_no_later_borrower() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setSchema("public");
            c.setClientInfo("ApplicationName", "report");
            for (boolean readOnly : new boolean[] {true, false, true}) {
                c.setReadOnly(readOnly);
                assertThat(Served.by(c).inRecovery()).isEqualTo(readOnly);
                assertThat(c.getSchema()).isEqualTo("public");
                assertThat(show(c, "search_path")).contains("public").doesNotContain("app");
                assertThat(show(c, "application_name")).isEqualTo("report");
            }
        }
        for (DataSource later : List.of(db.reader(), db.writer())) {
            try (Connection c = later.getConnection()) {
                assertThat(show(c, "search_path")).contains("app");
                assertThat(show(c, "application_name")).isEqualTo("penstock");
            }
        }
    }

    @Test
    void a_session_that_holds_something_is_not_left() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            Served.run(c, "set app.user_id = 'alice'");
            refused("25001", () -> c.setReadOnly(false));
            assertThat(show(c, "app.user_id")).isEqualTo("alice");
        }
        try (Connection c = dataSource.getConnection()) {
            Served.run(c, "create temp table mine (id int)");
            c.setReadOnly(true);
            assertThat(Served.count(c, "mine")).isZero();
            c.setAutoCommit(false);
            assertThat(show(c, "transaction_read_only")).isEqualTo("on");
            c.commit();
            c.setReadOnly(false);
            Served.run(c, "insert into mine values (1)");
            c.commit();
        }
    }

    @Test
    void savepoints_of_a_read_are_set_on_the_primary() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            c.setAutoCommit(false);
            Savepoint savepoint = c.setSavepoint("s");
            refused("22012", () -> Served.run(c, "select 1/0"));
            c.rollback(savepoint);
            c.releaseSavepoint(savepoint);
            assertThat(Served.by(c).inRecovery()).isFalse();
            c.commit();
        }
    }

    @Test
    void cursors_held_over_a_commit_are_read_on_the_primary_and_nobody_inherits_them() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            c.setAutoCommit(false);
            try (Statement statement = c.createStatement()) {
                assertThat(statement.getResultSetHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
                ResultSet rows = statement.executeQuery("select pg_is_in_recovery() from generate_series(1, 2)");
                c.commit();
                assertThat(rows.next()).isTrue();
                assertThat(rows.getBoolean(1)).isFalse();
            }
        }
        try (Connection c = db.dataSource().getConnection()) {
            c.setReadOnly(true);
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            try (Statement statement = c.createStatement()) {
                assertThat(statement.getResultSetHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            }
        }
    }

    @Test
    void the_drivers_own_connection_is_one_to_the_primary_for_copy_and_listen() throws Exception {
        try (Connection c = dataSource.getConnection()) {
            PGConnection driver = c.unwrap(PGConnection.class);
            assertThat(driver.getCopyAPI().copyIn("copy app.visit (note) from stdin", new StringReader("copied\n")))
                    .isOne();
            assertThat(Served.count(c, "app.visit where note = 'copied'")).isOne();
            Served.run(c, "listen jobs");
            db.write(w -> Served.run(w, "notify jobs"));
            assertThat(driver.getNotifications(5_000)).hasSize(1);
        }
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            assertThat(c.unwrap(PGConnection.class).getParameterStatus("in_hot_standby"))
                    .isEqualTo("off");
        }
    }

    @Test
    void a_commit_of_a_failed_transaction_is_an_error() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            Served.run(c, "insert into app.visit (note) values ('swallowed')");
            refused("22012", () -> Served.run(c, "select 1/0"));
            refused("25P02", c::commit);
            refused("22012", () -> Served.run(c, "select 1/0"));
            refused("25P02", () -> c.setAutoCommit(true));
            assertThat(c.getAutoCommit()).isFalse();
        }
        assertThat(visits("swallowed")).isZero();
    }

    @Test
    void closing_rolls_back_and_closes_statements() throws SQLException {
        Statement leaked;
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            leaked = c.createStatement();
            leaked.execute("insert into app.visit (note) values ('never committed')");
        }
        assertThat(leaked.isClosed()).isTrue();
        assertThatThrownBy(() -> leaked.execute("select 1")).isInstanceOf(SQLException.class);
        assertThat(visits("never committed")).isZero();
    }

    @Test
    void a_running_statement_is_aborted_from_another_thread() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection c = dataSource.getConnection()) {
            Statement statement = c.createStatement();
            int pid = c.unwrap(PGConnection.class).getBackendPID();
            Future<?> running = other.submit(() -> statement.execute("select pg_sleep(60)"));
            String active =
                    "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(60)%'"
                            + " and pid = " + pid;
            while (!cluster.primary().execute(active).get(0).get(0).equals("1")) {
                assertThat(running.isDone()).isFalse();
            }
            c.abort(Runnable::run);
            assertThatThrownBy(running::get).hasCauseInstanceOf(SQLException.class);
            assertThat(c.isClosed()).isTrue();
        } finally {
            other.shutdown();
        }
    }

    @Test
    void metadata_of_a_read_is_asked_of_a_replica() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setReadOnly(true);
            try (ResultSet tables = c.getMetaData().getTables(null, "app", "visit", null)) {
                assertThat(tables.next()).isTrue();
            }
            assertThat(c.getMetaData().getConnection()).isSameAs(c);
            assertThat(Served.by(c).inRecovery()).isTrue();
        }
    }

    @Test
    void it_is_valid_while_a_node_could_serve_it() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            assertThat(c.isValid(1)).isTrue();
            nothing_is_left_borrowed();
            Served.by(c);
            assertThat(c.isValid(1)).isTrue();
        }
        Database ended = Database.open(TestConfigs.of(cluster).build());
        Connection late = ended.dataSource().getConnection();
        ended.close();
        refused("08003", late::createStatement);
    }

    @Test
    void a_session_reads_its_own_writes_through_its_data_source_and_through_the_databases_on_its_thread()
            throws SQLException {
        for (int i = 0; i < 30; i++) {
            String note = "read back " + i;
            Session session = db.session();
            DataSource own = session.dataSource();
            session.run(() -> insert(dataSource, note));
            assertThat(readBack(own, note)).isOne();
            insert(own, note);
            session.run(() -> assertThat(readBack(dataSource, note)).isEqualTo(2));
        }
    }

    private static void insert(DataSource source, String note) throws SQLException {
        try (Connection c = source.getConnection()) {
            Served.run(c, "insert into app.visit (note) values ('" + note + "')");
        }
    }

    private static long readBack(DataSource source, String note) throws SQLException {
        try (Connection c = source.getConnection()) {
            c.setReadOnly(true);
            return Served.count(c, "app.visit where note = '" + note + "'");
        }
    }

    private long visits(String note) throws SQLException {
        return db.writeReturning(c -> Served.count(c, "app.visit where note = '" + note + "'"));
    }

    private static void refused(String state, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    private static String show(Connection connection, String setting) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
    }
}
