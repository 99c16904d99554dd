package dev.penstock.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.SessionConfig;
import dev.penstock.config.TimeoutConfig;
import dev.penstock.secret.PasswordSource;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;

/** What a connection answers before it has a session, what it tells the one it gets, and how it ends. */
class LazyConnectionTest {
    private final RecordingBinder binder = new RecordingBinder();

    @Test
    void a_connection_answers_from_its_settings_and_from_the_configuration_before_it_has_a_session()
            throws SQLException {
        DatabaseConfig config = config().build();
        try (Connection c = binder.open(SessionDefaults.of(config))) {
            assertThat(c.getAutoCommit()).isTrue();
            assertThat(c.isReadOnly()).isFalse();
            assertThat(c.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(c.getCatalog()).isEqualTo("shop");
            assertThat(c.getSchema()).isEqualTo("app");
            assertThat(c.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            assertThat(c.getNetworkTimeout()).isEqualTo(12_000);
            assertThat(c.getClientInfo("ApplicationName")).isEqualTo("penstock");
            assertThat(c.getClientInfo()).containsOnlyKeys("ApplicationName");
            assertThat(c.getClientInfo("Other")).isNull();
            assertThat(c.getTypeMap()).isEmpty();
            assertThat((Object) c.getWarnings()).isNull();

            c.setAutoCommit(false);
            c.setReadOnly(true);
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            c.setCatalog("ignored");
            c.setSchema("other");
            c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            c.setNetworkTimeout(Runnable::run, 250);
            c.setClientInfo("ApplicationName", "report");
            c.setTypeMap(Map.of("t", String.class));
            assertThat(c.getAutoCommit()).isFalse();
            assertThat(c.isReadOnly()).isTrue();
            assertThat(c.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(c.getCatalog()).isEqualTo("shop");
            assertThat(c.getSchema()).isEqualTo("other");
            assertThat(c.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            assertThat(c.getNetworkTimeout()).isEqualTo(250);
            assertThat(c.getClientInfo("ApplicationName")).isEqualTo("report");
            assertThat(c.getTypeMap()).containsOnlyKeys("t");
        }
        assertThat(binder.intents).isEmpty();
    }

    /** Exact, because it is counted and not timed: 24 with compressed references. */
    @Test
    void a_connection_that_is_not_used_is_one_small_object() throws SQLException {
        LazyConnections connections = new LazyConnections(binder, RecordingBinder.DEFAULTS);
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Connection[] kept = new Connection[10_000];
        long before = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = connections.open();
            kept[i].setReadOnly(true);
            kept[i].setAutoCommit(false);
            kept[i].close();
        }
        long each = (thread.getCurrentThreadAllocatedBytes() - before) / kept.length;
        assertThat(each).isLessThanOrEqualTo(32);
        assertThat(binder.intents).isEmpty();
    }

    @Test
    void the_isolation_of_the_session_options_is_the_default() {
        for (String name : List.of("default_transaction_isolation", "DEFAULT_TRANSACTION_ISOLATION")) {
            DatabaseConfig config = config().session(SessionConfig.builder()
                            .schema("app")
                            .settings(Map.of(name, "Repeatable Read"))
                            .build())
                    .build();
            assertThat(SessionDefaults.of(config).isolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
        }
    }

    @Test
    void reads_that_are_serializable_by_the_session_options_go_to_the_primary() throws SQLException {
        DatabaseConfig config = config().session(SessionConfig.builder()
                        .settings(Map.of("default_transaction_isolation", "serializable"))
                        .build())
                .build();
        try (Connection c = binder.open(SessionDefaults.of(config))) {
            c.setReadOnly(true);
            c.createStatement();
        }
        assertThat(binder.intents).containsExactly(Intent.READ_ON_PRIMARY);
    }

    @Test
    void several_schemas_are_for_the_server_to_say() {
        DatabaseConfig config = config().session(
                        SessionConfig.builder().schema("app, public").build())
                .build();
        assertThat(SessionDefaults.of(config).schema()).isNull();
    }

    @Test
    void a_session_is_told_nothing_that_it_begins_with() throws SQLException {
        try (Connection c = binder.open(SessionDefaults.of(config().build()))) {
            c.setReadOnly(true);
            c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            c.setSchema("app");
            c.setClientInfo("ApplicationName", "penstock");
            c.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            c.setCatalog("other");
            c.setTypeMap(Map.of());
            c.createStatement();
        }
        assertThat(binder.last().calls).containsExactly("createStatement", "close");
    }

    @Test
    void a_session_is_told_what_differs_once_and_so_is_the_next() throws SQLException {
        try (Connection c = binder.open()) {
            c.setSchema("other");
            c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            c.setClientInfo("ApplicationName", "report");
            c.setAutoCommit(false);
            String[] told = {
                "setTransactionIsolation(4)",
                "setSchema(other)",
                "setClientInfo(ApplicationName, report)",
                "setAutoCommit(false)"
            };
            c.prepareStatement("select 1").close();
            c.createStatement();
            assertThat(binder.last().calls)
                    .startsWith(told)
                    .endsWith("prepareStatement(select 1)", "createStatement")
                    .hasSize(told.length + 2);

            c.setReadOnly(true);
            c.createStatement();
            assertThat(binder.sessions.get(0).isClosed()).isTrue();
            assertThat(binder.last().calls).startsWith(told).hasSize(told.length + 1);
        }
    }

    @Test
    void what_is_set_on_a_session_is_told_to_the_next_too() throws SQLException {
        try (Connection c = binder.open()) {
            c.createStatement();
            c.setSchema("other");
            c.setNetworkTimeout(Runnable::run, 250);
            Properties info = new Properties();
            info.setProperty("ApplicationName", "report");
            c.setClientInfo(info);
            c.setReadOnly(true);
            c.createStatement();
            assertThat(binder.last().calls).contains("setSchema(other)", "setClientInfo(ApplicationName, report)");
            assertThat(binder.last().calls).anyMatch(call -> call.startsWith("setNetworkTimeout"));
        }
    }

    @Test
    void a_session_that_is_not_left_is_told_the_readOnly_that_it_would_have_been_left_for() throws SQLException {
        try (Connection c = binder.open()) {
            c.createBlob();
            c.setReadOnly(true);
            c.setReadOnly(false);
            assertThat(binder.last().calls).containsExactly("createBlob", "setReadOnly(true)", "setReadOnly(false)");
        }
    }

    @Test
    void the_configured_schema_is_back_when_the_schema_is_set_to_null() throws SQLException {
        try (Connection c = binder.open(SessionDefaults.of(config().build()))) {
            c.setSchema("other");
            c.setSchema(null);
            assertThat(c.getSchema()).isEqualTo("app");
            c.createStatement();
            assertThat(binder.last().calls).containsExactly("createStatement");
        }
    }

    @Test
    void held_cursors_are_left_to_the_session_which_takes_them_back_when_it_is_returned() throws SQLException {
        try (Connection c = binder.open()) {
            c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            c.createStatement();
        }
        assertThat(binder.last().calls).containsExactly("setHoldability(1)", "createStatement", "close");
    }

    @Test
    void a_session_that_cannot_be_set_up_is_given_back() throws SQLException {
        binder.failing = "setSchema";
        try (Connection c = binder.open()) {
            c.setSchema("other");
            assertThatThrownBy(c::createStatement).hasMessageContaining("as scripted");
            assertThat(binder.last().isClosed()).isTrue();
            assertThat(c.isClosed()).isFalse();
        }
    }

    @Test
    void validity_is_told_without_a_session() throws SQLException {
        try (Connection c = binder.open()) {
            assertThat(c.isValid(1)).isTrue();
            binder.served.remove(Intent.WRITE);
            assertThat(c.isValid(1)).isFalse();
            c.setReadOnly(true);
            assertThat(c.isValid(1)).isTrue();
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(c.isValid(1)).isTrue();
            binder.served.remove(Intent.READ_ON_PRIMARY);
            assertThat(c.isValid(1)).isFalse();
            assertThatThrownBy(() -> c.isValid(-1))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
        }
        assertThat(binder.intents).isEmpty();
    }

    @Test
    void a_connection_answers_for_itself_at_once_and_for_the_driver_on_a_session_of_the_primary() throws SQLException {
        try (Connection c = binder.open()) {
            assertThat(c.unwrap(Connection.class)).isSameAs(c);
            assertThat(c.isWrapperFor(Connection.class)).isTrue();
            assertThat(c.isWrapperFor(Wrapper.class)).isTrue();
            assertThat(c.isWrapperFor(PGConnection.class)).isTrue();
            assertThat(c.isWrapperFor(BaseConnection.class)).isTrue();
            assertThat(c.isWrapperFor(HikariDataSource.class)).isFalse();
            assertThatThrownBy(() -> c.unwrap(HikariDataSource.class))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("HikariDataSource");
            assertThat(binder.intents).isEmpty();
            c.unwrap(PGConnection.class);
            assertThat(binder.intents).containsExactly(Intent.WRITE);
        }
    }

    @Test
    void what_a_connection_makes_knows_it_as_its_connection() throws SQLException {
        try (Connection c = binder.open()) {
            assertThat(c.createStatement().getConnection()).isSameAs(c);
            assertThat(c.createStatement(1003, 1007).getConnection()).isSameAs(c);
            assertThat(c.createStatement(1003, 1007, 2).getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s").getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s", 1003, 1007).getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s", 1003, 1007, 2).getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s", 1).getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s", new int[0]).getConnection()).isSameAs(c);
            assertThat(c.prepareStatement("s", new String[0]).getConnection()).isSameAs(c);
            assertThat(c.prepareCall("s").getConnection()).isSameAs(c);
            assertThat(c.prepareCall("s", 1003, 1007).getConnection()).isSameAs(c);
            assertThat(c.prepareCall("s", 1003, 1007, 2).getConnection()).isSameAs(c);
            assertThat(c.getMetaData().getConnection()).isSameAs(c);
        }
    }

    @Test
    void a_statement_taken_from_its_wrapper_pins_the_session() throws SQLException {
        try (Connection c = binder.open()) {
            Statement statement = c.createStatement();
            assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
            c.setReadOnly(true);
            c.setReadOnly(false);
            c.createStatement().unwrap(PGConnection.class);
            c.setReadOnly(true);
            c.createStatement();
            assertThat(binder.intents).containsExactly(Intent.WRITE, Intent.WRITE);
        }
    }

    @Test
    void metadata_kept_after_its_session_asks_the_next_one_and_none_after_the_end() throws SQLException {
        Connection c = binder.open();
        DatabaseMetaData metaData = c.getMetaData();
        metaData.getURL();
        c.setReadOnly(true);
        metaData.getURL();
        assertThat(binder.intents).containsExactly(Intent.WRITE, Intent.READ);
        c.close();
        assertThatThrownBy(metaData::getURL)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThat(binder.sessions.get(0).calls)
                .containsOnly("getMetaData", "close")
                .endsWith("close");
    }

    @Test
    void a_session_that_comes_when_the_connection_was_closed_meanwhile_is_given_back() throws SQLException {
        Connection c = binder.open();
        binder.whileBinding = () -> {
            try {
                c.close();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        };
        assertThatThrownBy(c::createStatement)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThat(binder.last().isClosed()).isTrue();
        assertThat(c.isClosed()).isTrue();
    }

    @Test
    void abort_breaks_the_session_and_gives_it_back() throws SQLException {
        Connection c = binder.open();
        c.createStatement();
        c.abort(Runnable::run);
        assertThat(c.isClosed()).isTrue();
        assertThat(binder.last().calls).hasSize(3).endsWith("close");
        assertThat(binder.last().calls.get(1)).startsWith("abort");
        c.close();
        assertThat(binder.last().calls).hasSize(3);
    }

    @Test
    void abort_without_a_session_closes_the_connection() throws SQLException {
        Connection c = binder.open();
        c.abort(Runnable::run);
        assertThat(c.isClosed()).isTrue();
        assertThat(binder.intents).isEmpty();
    }

    /** Not those that say whether it is closed, nor the defaults of the JDK that no driver of PostgreSQL implements. */
    @TestFactory
    Stream<DynamicTest> a_closed_connection_refuses() {
        Set<String> others = Set.of("close", "isClosed", "isValid", "abort", "setShardingKey", "setShardingKeyIfValid");
        return Arrays.stream(Connection.class.getMethods())
                .filter(method -> !others.contains(method.getName()))
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    Connection c = binder.open();
                    c.close();
                    Object[] arguments = arguments(method);
                    assertThatThrownBy(() -> call(method, c, arguments))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getSQLState()).isEqualTo("08003"));
                }));
    }

    @Test
    void a_closed_connection_still_says_so() throws SQLException {
        Connection c = binder.open();
        c.close();
        c.close();
        c.abort(Runnable::run);
        assertThat(c.isClosed()).isTrue();
        assertThat(c.isValid(1)).isFalse();
        assertThat(binder.intents).isEmpty();
    }

    private static Object[] arguments(Method method) {
        Object[] arguments = Recorder.arguments(method);
        if (method.getName().equals("setTransactionIsolation")) {
            arguments[0] = Connection.TRANSACTION_READ_COMMITTED;
        }
        if (Wrapper.class == method.getDeclaringClass()) {
            arguments[0] = PGConnection.class;
        }
        return arguments;
    }

    @TestFactory
    Stream<DynamicTest> a_call_of_a_statement_or_of_metadata_is_handed_on() throws SQLException {
        LazyConnection connection = (LazyConnection) binder.open();
        Recorder recorder = new Recorder();
        CallableStatement statement = ScriptedSession.proxy(recorder, CallableStatement.class);
        return Stream.of(
                        handedOn(Statement.class, new LazyStatement(connection, statement), recorder),
                        handedOn(PreparedStatement.class, new LazyPreparedStatement(connection, statement), recorder),
                        handedOn(CallableStatement.class, new LazyCallableStatement(connection, statement), recorder),
                        handedOn(DatabaseMetaData.class, metaData(recorder), recorder))
                .flatMap(tests -> tests);
    }

    private static DatabaseMetaData metaData(Recorder recorder) throws SQLException {
        LazyConnection connection = (LazyConnection)
                new RecordingBinder() {
                    @Override
                    public Connection bind(Intent intent) {
                        return ScriptedSession.proxy(
                                (proxy, method, arguments) -> method.getName().equals("isClosed")
                                        ? (Object) false
                                        : ScriptedSession.proxy(recorder, DatabaseMetaData.class),
                                Connection.class);
                    }
                }.open();
        return new LazyMetaData(connection);
    }

    private static <T> Stream<DynamicTest> handedOn(Class<T> type, T wrapper, Recorder recorder) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Wrapper.class)
                .filter(method -> !method.getName().equals("getConnection"))
                .filter(method -> !method.getName().matches("getDriver(Major|Minor)Version"))
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    Object[] arguments = Recorder.arguments(method);
                    call(method, wrapper, arguments);
                    assertThat(recorder.heard(method, arguments)).isTrue();
                }));
    }

    private static void call(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static DatabaseConfig.Builder config() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("shop_app")
                .password(PasswordSource.env("SHOP_DB_PASSWORD"))
                .timeouts(TimeoutConfig.builder()
                        .connect(Duration.ofSeconds(10))
                        .statement(Duration.ofMillis(6_500))
                        .build())
                .session(SessionConfig.builder().schema("app").build());
    }
}
