package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.SessionConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What a session is when it begins: its role, its settings, its place. Written as operators write it. */
@TestInstance(Lifecycle.PER_CLASS)
class SessionIT {
    private PostgresCluster cluster;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        cluster.awaitReplicas();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void schema_options_and_application_name_are_there_from_the_start() throws SQLException {
        Map<String, String> environment = environment();
        environment.put("DATABASE_SCHEMA", "app");
        environment.put("DATABASE_OPTIONS", "-c work_mem=8MB -c lock_timeout=3s");
        environment.put("DATABASE_APPLICATION_NAME", "shop");
        try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment))) {
            assertThat(writing(db, "current_setting('search_path')")).isEqualTo("app");
            assertThat(reading(db, "current_setting('work_mem')")).isEqualTo("8MB");
            assertThat(reading(db, "current_setting('lock_timeout')")).isEqualTo("3s");
            assertThat(reading(db, "current_setting('application_name')")).isEqualTo("shop");
        }
    }

    @Test
    void a_session_with_all_its_settings_is_opened_in_as_many_turns_as_a_plain_one() throws Exception {
        try (PostgresCluster plainText = PostgresCluster.builder().start();
                TcpProxy proxy = TcpProxy.open("localhost", plainText.primary().port())) {
            DatabaseConfig config = DatabaseConfig.builder()
                    .primary("localhost:" + proxy.port())
                    .database(plainText.database())
                    .user("appuser")
                    .password(PasswordSource.file(plainText.secretFile("appuser")))
                    .tls(TlsConfig.disabled())
                    .session(SessionConfig.builder()
                            .schema("app")
                            .settings(Map.of("work_mem", "8MB", "lock_timeout", "3s"))
                            .build())
                    .applicationName("shop")
                    .build();
            Node node = new Node("node-1", config.primary());
            try (Identity identity = Identity.open(config, Duration.ofSeconds(10));
                    Connector connector = new Connector(config, identity, new Unheard())) {
                long plain = turns(
                        proxy,
                        () -> DriverManager.getConnection(
                                "jdbc:postgresql://localhost:" + proxy.port() + "/" + cluster.database()
                                        + "?sslmode=disable",
                                "appuser",
                                plainText.password("appuser")));
                long ours = turns(proxy, () -> connector.open(node, Purpose.READ, Duration.ofSeconds(10), ended -> {}));

                assertThat(ours).isLessThanOrEqualTo(plain);
            }
        }
    }

    private static final class Unheard implements LoginListener {
        @Override
        public void refused(Node node, String role) {
            throw new AssertionError(role + " was refused by " + node);
        }

        @Override
        public void weak(Node node, String role, AuthMethod method) {
            throw new AssertionError(role + " logs in by " + method);
        }

        @Override
        public void rotated(String role) {
            throw new AssertionError(role + " has another password");
        }
    }

    private static long turns(TcpProxy proxy, Callable<Connection> open) throws Exception {
        long before = proxy.clientTurns();
        try (Connection connection = open.call()) {
            assertThat(connection.isClosed()).isFalse();
            return proxy.clientTurns() - before;
        }
    }

    @Test
    void reads_run_as_the_same_role_as_writes_unless_told_otherwise() throws SQLException {
        try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment()))) {
            assertThat(reading(db, "current_user")).isEqualTo("appuser");
        }
        Map<String, String> environment = environment();
        environment.put("DATABASE_READ_ROLE", "ro_user");
        environment.put("APP_DB_RO_USER", "backupuser");
        environment.put(
                "DATABASE_RO_PASSWORD_FILE_PATH",
                cluster.secretFile("backupuser").toString());
        try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment))) {
            assertThat(reading(db, "current_user")).isEqualTo("backupuser");
            assertThat(writing(db, "current_user")).isEqualTo("appuser");
        }
    }

    @Test
    void migrations_log_in_as_their_user_and_own_what_they_create() throws SQLException {
        Map<String, String> environment = environment();
        environment.put("APP_DB_OWNER", "appowner");
        environment.put("APP_DB_MIGRATION_USER", "migrator");
        environment.put(
                "DATABASE_MIGRATION_PASSWORD_FILE_PATH",
                cluster.secretFile("migrator").toString());
        try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment));
                Connection c = db.migrations().getConnection()) {
            assertThat(show(c, "session_user")).isEqualTo("migrator");
            assertThat(show(c, "current_user")).isEqualTo("appowner");
            assertThat(show(c, "current_setting('statement_timeout')")).isEqualTo("0");
            Served.run(c, "create table app.migrated (id int)");
            assertThat(show(c, "(select tableowner from pg_tables where tablename = 'migrated')"))
                    .isEqualTo("appowner");
        }
    }

    @Test
    void migrations_without_a_user_for_them_say_what_to_configure() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster).build())) {
            assertThatThrownBy(() -> db.migrations().getConnection())
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContaining("migration_user");
        }
    }

    @Test
    void an_unpooled_session_is_the_callers_own_and_has_no_statement_deadline() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster).build());
                Connection c = db.unpooled().getConnection()) {
            assertThat(Served.by(c)).isEqualTo(new Served(cluster.primary().port(), false));
            assertThat(show(c, "current_setting('statement_timeout')")).isEqualTo("0");
            assertThat(db.status().nodes())
                    .allSatisfy(node -> assertThat(node.checkedOut()).isZero());
        }
    }

    @Test
    void behind_a_transaction_pooler_a_session_of_ones_own_is_refused_and_not_silently_another() throws SQLException {
        Map<String, String> environment = environment();
        environment.put("DATABASE_POOLER", "transaction");
        environment.put("APP_DB_MIGRATION_USER", "migrator");
        environment.put("APP_DB_OWNER", "appowner");
        environment.put(
                "DATABASE_MIGRATION_PASSWORD_FILE_PATH",
                cluster.secretFile("migrator").toString());
        try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment))) {
            assertThatThrownBy(() -> db.migrations().getConnection())
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("migration")
                    .hasMessageContaining("goes past the pooler");
            assertThatThrownBy(() -> db.unpooled().getConnection()).isInstanceOf(SQLFeatureNotSupportedException.class);
        }
    }

    @Test
    void start_any_opens_while_there_is_no_primary_and_serves_reads() throws SQLException {
        try (PostgresCluster other =
                PostgresCluster.builder().replicas(1).tls(true).start()) {
            other.primary().kill();
            Map<String, String> environment = environment(other);
            environment.put("DATABASE_START", "any");
            try (Database db = Database.open(DatabaseConfig.fromEnvironment(environment))) {
                assertThat(db.read(Served::by).inRecovery()).isTrue();
                assertThat(db.status().primary()).isEmpty();
            }
        }
    }

    private Map<String, String> environment() {
        return environment(cluster);
    }

    /** As a platform and its secrets give it. */
    private static Map<String, String> environment(PostgresCluster cluster) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_MASTER_URL", url(cluster, 0));
        environment.put("DATABASE_REPLICA_URL", url(cluster, 1));
        environment.put(
                "DATABASE_PASSWORD_FILE_PATH", cluster.secretFile("appuser").toString());
        environment.put("POSTGRES_SSL_MODE", "verify-full");
        environment.put(
                "POSTGRES_SSL_ROOT_CERT", cluster.certificates().caFile().toString());
        return environment;
    }

    private static String url(PostgresCluster cluster, int node) {
        return "postgresql://appuser@" + TestConfigs.endpoint(cluster.node(node)) + "/" + cluster.database();
    }

    private static String reading(Database db, String expression) throws SQLException {
        return db.read(c -> show(c, expression));
    }

    private static String writing(Database db, String expression) throws SQLException {
        return db.writeReturning(c -> show(c, expression));
    }

    private static String show(Connection connection, String expression) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select " + expression + "::text")) {
            row.next();
            return row.getString(1);
        }
    }
}
