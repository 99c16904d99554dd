package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Hygiene;
import dev.penstock.config.SessionConfig;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgStatement;
import org.postgresql.jdbc.PreferQueryMode;

/** What one borrower sets is not there for the next. With one connection, so that the next gets the very session. */
@TestInstance(Lifecycle.PER_CLASS)
class HygieneIT {
    /** Everything a session can carry, in one row. */
    private static final String STATE = """
        select current_user, session_user,
          (select count(*) from pg_settings where source = 'session'
             and name not in ('transaction_read_only', 'transaction_isolation')),
          (select count(*) from pg_class where relpersistence = 't' and pg_table_is_visible(oid)),
          (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
          (select count(*) from pg_listening_channels()),
          (select count(*) from pg_cursors where is_holdable),
          (select count(*) from pg_prepared_statements where from_sql),
          coalesce(current_setting('app.user_id', true), ''),
          current_setting('search_path'), current_setting('application_name'),
          current_setting('statement_timeout')\
        """;

    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().tls(true).start();
        db = Database.open(config().build());
        cluster.primary().execute("grant pg_monitor to appuser");
        cluster.primary()
                .execute("create function public.hide() returns void language sql as"
                        + " $$ select set_config('app.user_id', 'hidden', false) $$");
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    static Stream<Named<SqlAction>> kinds() {
        return Stream.of(
                sql("a setting", "set statement_timeout = '7s'"),
                sql("a setting of one's own", "set app.user_id = 'alice'"),
                sql("a search path", "set search_path = pg_catalog"),
                sql("a role", "set role pg_monitor"),
                sql("read only", "set default_transaction_read_only = on"),
                sql("an isolation level", "set session characteristics as transaction isolation level serializable"),
                sql("a temporary table", "create temp table secrets (word text)"),
                sql("LISTEN", "listen jobs"),
                sql("a cursor", "begin; declare c cursor with hold for select 1; commit"),
                sql("a prepared statement", "prepare p as select 1"),
                sql("an advisory lock", "select pg_advisory_lock(42)"),
                sql("an open transaction", "begin; select 1"),
                sql("an update of pg_settings", "update pg_settings set setting = 'public' where name = 'search_path'"),
                sql(
                        "set_config within set_config",
                        "select set_config('app.outer', set_config('app.user_id', '42', false), true)"),
                sql("set_config with a condition", "select set_config('app.user_id', '42', not true)"),
                Named.of("a failed transaction", HygieneIT::failedTransaction),
                sql("an anonymous block", "do $$ begin perform set_config('app.user_id', 'x', false); end $$"),
                Named.of("a schema", c -> c.setSchema("pg_catalog")),
                Named.of("a client name", c -> c.setClientInfo("ApplicationName", "other")),
                Named.of("a prepared set_config", HygieneIT::preparedSetting),
                Named.of("the driver's own connection", HygieneIT::behindOurBack),
                Named.of("a batch", HygieneIT::batch));
    }

    /** Everything that the driver keeps to itself. */
    static Stream<Named<SqlAction>> driverKinds() {
        return Stream.of(
                driver("autosave", c -> c.setAutosave(AutoSave.ALWAYS)),
                driver("a query mode", c -> c.getQueryExecutor().setPreferQueryMode(PreferQueryMode.SIMPLE)),
                driver("a prepare threshold", c -> c.setPrepareThreshold(-1)),
                driver("a fetch size", c -> c.setDefaultFetchSize(7)),
                driver("a query timeout", c -> c.setQueryTimeout(3)),
                driver("binary transfer", c -> c.setForceBinary(true)),
                driver("adaptive fetch", c -> c.setAdaptiveFetch(true)),
                driver("no column sanitiser", c -> c.setDisableColumnSanitiser(true)),
                driver("a network timeout", c -> c.setNetworkTimeout(Runnable::run, 77_000)),
                driver("read only", c -> c.setReadOnly(true)),
                driver("no autocommit", c -> c.setAutoCommit(false)),
                driver("an isolation level", c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)),
                Named.of("holdability", c -> c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT)),
                Named.of("a type map", c -> c.setTypeMap(Map.of("x", String.class))),
                Named.of("a type map that cannot be filled", c -> c.setTypeMap(Map.of())),
                Named.of("a type map filled in its place", c -> c.getTypeMap().put("x", String.class)),
                Named.of("a fetch size, by a statement of the driver's", HygieneIT::fetchSizeByStatement),
                Named.of("all of it, by a statement of the driver's", HygieneIT::muchByStatement));
    }

    @FunctionalInterface
    private interface DriverAction {
        void run(PgConnection connection) throws SQLException;
    }

    private static Named<SqlAction> driver(String name, DriverAction action) {
        return Named.of(name, c -> action.run(c.unwrap(PgConnection.class)));
    }

    private static void fetchSizeByStatement(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select 1")) {
            ((PgConnection) statement.unwrap(PgStatement.class).getConnection()).setDefaultFetchSize(7);
        }
    }

    private static void muchByStatement(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select 1")) {
            PgConnection driver =
                    (PgConnection) statement.unwrap(PgStatement.class).getConnection();
            driver.setAutosave(AutoSave.CONSERVATIVE);
            driver.setAutoCommit(false);
            driver.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            driver.setTypeMap(Map.of());
        }
    }

    /** What the driver tells of itself, and what could be filled in it. */
    private static String driverState(Connection c) throws SQLException {
        Map<String, Class<?>> types = c.getTypeMap();
        types.put("mine", String.class);
        types.remove("mine");
        PgConnection driver = c.unwrap(PgConnection.class);
        return driver.getAutosave() + " " + driver.getPreferQueryMode() + " " + driver.getPrepareThreshold() + " "
                + driver.getDefaultFetchSize() + " " + driver.getQueryTimeout() + " " + driver.getForceBinary() + " "
                + driver.getAdaptiveFetch() + " " + driver.isColumnSanitiserDisabled() + " "
                + driver.getNetworkTimeout() + " " + driver.isReadOnly() + " " + driver.getAutoCommit() + " "
                + driver.getTransactionIsolation() + " " + driver.getHoldability() + " " + types;
    }

    @ParameterizedTest
    @MethodSource("driverKinds")
    void what_a_borrower_sets_on_the_driver_is_as_configured_for_the_next(SqlAction leave) throws SQLException {
        for (DataSource view : List.of(db.writer(), db.reader(), db.dataSource())) {
            String fresh;
            try (Connection c = view.getConnection()) {
                Served.run(c, "select 1");
                fresh = driverState(c);
            }
            try (Connection c = view.getConnection()) {
                Served.run(c, "select 1");
                leave.run(c);
            }
            try (Connection c = view.getConnection()) {
                Served.run(c, "select 1");
                assertThat(driverState(c)).as("%s", view).isEqualTo(fresh);
            }
        }
    }

    @Test
    void a_prepared_statement_works_for_the_next_whatever_was_said_about_forgetting_them() throws SQLException {
        for (int borrow = 0; borrow < 3; borrow++) {
            try (Connection c = db.writer().getConnection()) {
                // In a transaction: outside of one the driver prepares it again by itself.
                c.setAutoCommit(false);
                for (int i = 0; i < 6; i++) {
                    try (PreparedStatement statement = c.prepareStatement("select 'prepared at the server'")) {
                        statement.executeQuery().close();
                    }
                }
                c.commit();
                c.unwrap(PgConnection.class).setFlushCacheOnDeallocate(false);
            }
        }
    }

    @Test
    void a_role_that_logins_are_given_is_there_again_after_a_reset() throws SQLException {
        cluster.primary().execute("alter role appuser set role = 'pg_monitor'");
        try (Database given = Database.open(config().build())) {
            for (int i = 0; i < 3; i++) {
                try (Connection c = given.writer().getConnection()) {
                    assertThat(row(c, "select current_user, session_user")).isEqualTo("pg_monitor|appuser");
                    Served.run(c, "set app.user_id = 'alice'");
                }
            }
        } finally {
            cluster.primary().execute("alter role appuser reset role");
        }
    }

    /** Where a driver brings a setter that is not here, somebody has to decide what becomes of it. */
    @Test
    void every_setter_of_the_driver_is_known() {
        Set<String> restored = Set.of(
                "setAutosave",
                "setPrepareThreshold",
                "setDefaultFetchSize",
                "setQueryTimeout",
                "setForceBinary",
                "setAdaptiveFetch",
                "setDisableColumnSanitiser",
                "setNetworkTimeout",
                "setReadOnly",
                "setAutoCommit",
                "setHoldability",
                "setTypeMap",
                "setTypeMapImpl",
                "setFlushCacheOnDeallocate");
        Set<String> atTheServer =
                Set.of("setTransactionIsolation", "setSchema", "setClientInfo", "setSavepoint", "alterUserPassword");
        Set<String> withoutEffect = Set.of("setCatalog", "setCursorName", "setShardingKey", "setShardingKeyIfValid");
        Set<String> documented = Set.of("addDataType");
        assertThat(Arrays.stream(PgConnection.class.getMethods())
                        .map(Method::getName)
                        .filter(name -> name.matches("(set|add|alter)[A-Z].*"))
                        // Its own: warnings of the session, and timers that end with their statement.
                        .filter(name -> !Set.of("addWarning", "addTimerTask").contains(name)))
                .allMatch(name -> Stream.of(restored, atTheServer, withoutEffect, documented)
                        .anyMatch(known -> known.contains(name)));
    }

    private static Named<SqlAction> sql(String name, String text) {
        return Named.of(name, c -> Served.run(c, text));
    }

    private static void preparedSetting(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select set_config('app.user_id', ?, false)")) {
            statement.setString(1, "alice");
            statement.execute();
        }
    }

    private static void behindOurBack(Connection c) throws SQLException {
        try (Statement statement = ((Connection) c.unwrap(PGConnection.class)).createStatement()) {
            statement.execute("set app.user_id = 'alice'");
        }
    }

    private static void failedTransaction(Connection c) throws SQLException {
        Served.run(c, "begin; set app.user_id = 'alice'");
        assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
    }

    private static void batch(Connection c) throws SQLException {
        try (Statement statement = c.createStatement()) {
            statement.addBatch("select 1");
            statement.addBatch("set app.user_id = 'alice'");
            statement.executeBatch();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void what_a_borrower_leaves_behind_is_gone_for_the_next(SqlAction leave) throws SQLException {
        String fresh = state();
        try (Connection c = db.writer().getConnection()) {
            leave.run(c);
        }
        assertThat(state()).isEqualTo(fresh);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void it_is_gone_as_well_when_the_borrower_leaves_by_an_exception(SqlAction leave) throws SQLException {
        String fresh = state();
        assertThatThrownBy(() -> db.write(c -> {
                    leave.run(c);
                    throw new IllegalStateException("leaving");
                }))
                .isInstanceOf(Exception.class);
        assertThat(state()).isEqualTo(fresh);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void it_is_gone_as_well_when_the_borrower_is_interrupted_or_aborts(SqlAction leave) throws SQLException {
        String fresh = state();
        try (Connection c = db.writer().getConnection()) {
            leave.run(c);
            Thread.currentThread().interrupt();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(state()).isEqualTo(fresh);
        try (Connection c = db.writer().getConnection()) {
            leave.run(c);
            c.abort(Runnable::run);
        }
        assertThat(state()).isEqualTo(fresh);
    }

    @Test
    void notifications_for_one_borrower_do_not_reach_the_next() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            Served.run(c, "listen jobs");
            Served.run(c, "notify jobs");
        }
        try (Connection c = db.writer().getConnection()) {
            assertThat(c.unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
        }
    }

    @Test
    void what_leaves_something_behind_is_noticed_each_time_that_it_is_run() throws SQLException {
        String before = state();
        for (int i = 0; i < 3; i++) {
            try (Connection c = db.writer().getConnection()) {
                Served.run(c, "select 1");
                Served.run(c, "set app.user_id = 'alice'");
            }
            assertThat(state()).isEqualTo(before);
        }
    }

    @Test
    void a_session_that_cannot_be_reset_is_closed_and_replaced() throws SQLException {
        int before = pid();
        try (Connection c = db.writer().getConnection()) {
            // The reset itself runs into this.
            Served.run(c, "set statement_timeout = 1; set app.user_id = 'alice'");
            Served.run(c, "listen jobs");
            cluster.primary().execute("select pg_terminate_backend(" + before + ")");
        }
        assertThat(pid()).isNotEqualTo(before);
        assertThat(state()).doesNotContain("alice");
    }

    @Test
    void only_a_session_that_needs_it_pays_one_round_trip() throws Exception {
        try (TcpProxy proxy = TcpProxy.open("localhost", cluster.primary().port());
                Database counted = Database.open(behind(proxy, SessionConfig.defaults()))) {
            long plain = turns(proxy, counted, "select 1");
            assertThat(turns(proxy, counted, "select 2")).isEqualTo(plain);
            assertThat(turns(proxy, counted, "set app.user_id = 'x'")).isEqualTo(plain + 1);
        }
    }

    @Test
    void hygiene_always_resets_what_a_function_hid() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            Served.run(c, "select public.hide()");
        }
        assertThat(state()).as("a function hides what it sets").contains("hidden");
        try (Connection c = db.writer().getConnection()) {
            Served.run(c, "set app.user_id = ''");
        }
        try (Database always = Database.open(
                config().session(SessionConfig.builder().hygiene(Hygiene.ALWAYS).build())
                        .build())) {
            try (Connection c = always.writer().getConnection()) {
                Served.run(c, "select public.hide()");
            }
            try (Connection c = always.writer().getConnection()) {
                assertThat(row(c, STATE)).doesNotContain("hidden");
            }
        }
    }

    @Test
    void switching_autocommit_on_does_not_turn_a_failed_transaction_into_a_silent_rollback() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            c.setAutoCommit(false);
            assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> c.setAutoCommit(true))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("25P02");
        }
    }

    /** One connection, so that two databases that share nothing else meet in one session. */
    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster).pool(1, 0, Duration.ofSeconds(10));
    }

    private DatabaseConfig behind(TcpProxy proxy, SessionConfig session) {
        return TestConfigs.of(cluster)
                .primary("localhost:" + proxy.port())
                .session(session)
                .pool(1, 0, Duration.ofSeconds(10))
                .build();
    }

    /** The monitor shares the proxy: the fewest of several tries is the borrower's own. */
    private static long turns(TcpProxy proxy, Database counted, String sql) throws SQLException {
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = proxy.clientTurns();
            try (Connection c = counted.writer().getConnection()) {
                Served.run(c, sql);
            }
            fewest = Math.min(fewest, proxy.clientTurns() - before);
        }
        return fewest;
    }

    private String state() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            return row(c, STATE);
        }
    }

    private int pid() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            return Integer.parseInt(row(c, "select pg_backend_pid()"));
        }
    }

    private static String row(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            StringBuilder text = new StringBuilder();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                text.append(i > 1 ? "|" : "").append(row.getString(i));
            }
            return text.toString();
        }
    }
}
