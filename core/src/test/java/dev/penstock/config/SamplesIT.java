package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterBuilder;
import dev.penstock.testkit.PostgresClusterException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that operators have already, with the secrets they name in place, against real servers: each gives a write
 * and a read.
 *
 * <p>What has to differ from an operator's machine: the host {@code postgres} exists in a container network only and
 * becomes the testkit's, {@code /run/secrets} becomes a directory of the test, and where a file says
 * {@code localhost:5432} or {@code :5433} the servers run on these very ports if they are free, on other ones otherwise.
 */
class SamplesIT {
    private static final String SECRETS = "/run/secrets";

    @TempDir
    private Path secrets;

    @Test
    void the_yaml_file_of_a_python_service_connects_by_its_asyncpg_url_and_its_secret_file() throws Exception {
        try (PostgresCluster cluster = start(5432)) {
            role(cluster, "user", "password");
            application(cluster, "app_db");
            Map<String, String> environment = Map.of(
                    "DATABASE_URL",
                    "postgresql+asyncpg://user:password@" + TestConfigs.endpoint(cluster.primary()) + "/app_db",
                    "DATABASE_PASSWORD_FILE_PATH",
                    secret("postgres_app_user_pw", "password"));

            works(DatabaseConfig.load(Loading.fixture("operators/config.yaml"), environment), "user", cluster);
        }
    }

    @Test
    void the_yaml_file_connects_with_the_variables_of_development() throws Exception {
        try (PostgresCluster cluster = development()) {
            works(
                    DatabaseConfig.load(Loading.fixture("operators/config.yaml"), developmentOf(cluster)),
                    "appuser",
                    cluster);
        }
    }

    @Test
    void the_development_file_connects_with_the_password_in_its_url() throws Exception {
        try (PostgresCluster cluster = development()) {
            works(DatabaseConfig.fromEnvironment(developmentOf(cluster)), "appuser", cluster);
        }
    }

    @Test
    void the_platform_file_writes_to_the_primary_and_reads_from_the_replica_on_one_host() throws Exception {
        try (PostgresCluster cluster = start(5432, 5433)) {
            role(cluster, "app_user", "s3cret");
            application(cluster, "myapp");
            cluster.awaitReplicas();
            Map<String, String> environment = moved("operators/platform.env", cluster, "localhost:5432");
            environment.replaceAll((name, value) -> name.equals("DATABASE_REPLICA_URL")
                    ? value.replace("localhost:5433", TestConfigs.endpoint(cluster.node(1)))
                    : value);
            DatabaseConfig config = DatabaseConfig.fromEnvironment(environment);

            works(config, "app_user", cluster);
            try (Database db = Database.open(config)) {
                await().until(() ->
                        db.read(Served::by).equals(new Served(cluster.node(1).port(), true)));
                Served writer = db.writeReturning(Served::by);
                assertThat(writer).isEqualTo(new Served(cluster.primary().port(), false));
            }
        }
    }

    @Test
    void the_production_file_connects_over_tls_with_its_secret_file() throws Exception {
        try (PostgresCluster cluster = start(5432)) {
            application(cluster, cluster.database());
            secret("postgres_app_user_pw", cluster.password("appuser"));
            DatabaseConfig config =
                    DatabaseConfig.fromEnvironment(moved("operators/production.env", cluster, "postgres:5432"));

            works(config, "appuser", cluster);
            try (Database db = Database.open(config)) {
                String encrypted = db.read(c -> shown(c, "(select ssl from pg_stat_ssl where pid = pg_backend_pid())"));
                assertThat(encrypted).isEqualTo("true");
            }
        }
    }

    @Test
    void an_application_and_temporals_two_databases_connect_side_by_side() throws Exception {
        try (PostgresCluster cluster = development()) {
            role(cluster, "temporaluser", "temporal-pw");
            application(cluster, "temporal");
            application(cluster, "temporal_visibility");
            secret("postgres_temporal_pw", "temporal-pw");
            Map<String, String> environment = developmentOf(cluster);
            environment.put("POSTGRES_TEMPORAL_PW", "temporal-pw");

            Map<String, DatabaseConfig> all = DatabaseConfig.loadAll(temporalFile(cluster), environment);

            works(all.get("database"), "appuser", cluster);
            works(all.get("temporal"), "temporaluser", cluster);
            works(all.get("temporal_visibility"), "temporaluser", cluster);
        }
    }

    /** One row written, and read again by the role that the file names. */
    private static void works(DatabaseConfig config, String role, PostgresCluster cluster) throws SQLException {
        try (Database db = Database.open(config)) {
            db.write(c -> Served.run(c, "insert into app.notes values (1)"));
            cluster.awaitReplicas();
            long notes = db.read(c -> Served.count(c, "app.notes"));
            assertThat(notes).isEqualTo(1);
            String reader = db.read(c -> shown(c, "current_user || '@' || current_database()"));
            assertThat(reader).isEqualTo(role + "@" + config.database());
        }
    }

    /** As development.env expects it: one server on port 5433, and appuser's password. */
    private static PostgresCluster development() throws SQLException {
        PostgresCluster cluster = start(5433);
        cluster.primary().execute("alter role appuser password 'devpass'");
        application(cluster, cluster.database());
        return cluster;
    }

    private Map<String, String> developmentOf(PostgresCluster cluster) {
        return moved("operators/development.env", cluster, "localhost:5433");
    }

    /** The file's variables with the primary and the secrets where they are here. */
    private Map<String, String> moved(String fixture, PostgresCluster cluster, String primary) {
        Map<String, String> environment = new HashMap<>(EnvFile.read(Loading.fixture(fixture), Map.of()));
        environment.replaceAll((name, value) -> here(value, cluster, primary));
        return environment;
    }

    private String here(String text, PostgresCluster cluster, String primary) {
        return text.replace(primary, TestConfigs.endpoint(cluster.primary())).replace(SECRETS, secrets.toString());
    }

    /** The host stands in the file itself, once with its port and once without. */
    private Path temporalFile(PostgresCluster cluster) throws IOException {
        String text = Files.readString(Loading.fixture("operators/temporal.yaml"))
                .replace("postgresql://postgres/", "postgresql://postgres:5432/");
        return Files.writeString(secrets.resolve("temporal.yaml"), here(text, cluster, "postgres:5432"));
    }

    private String secret(String name, String value) throws IOException {
        Path file = Files.writeString(secrets.resolve(name), value + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file.toString();
    }

    /** May do what appuser may. */
    private static void role(PostgresCluster cluster, String name, String password) throws SQLException {
        cluster.primary().execute("create role \"" + name + "\" login password '" + password + "' in role appuser");
    }

    private static void application(PostgresCluster cluster, String database) throws SQLException {
        if (!database.equals(cluster.database())) {
            cluster.createDatabase(database);
        }
        try (Connection superuser = cluster.primary().connect("postgres", database)) {
            Served.run(superuser, "create table app.notes (id int)");
        }
    }

    /** On these ports if they are free; another process may still take one before the server does. */
    private static PostgresCluster start(int... ports) {
        PostgresClusterBuilder anywhere =
                PostgresCluster.builder().replicas(ports.length - 1).tls(true);
        if (!IntStream.of(ports).allMatch(SamplesIT::isFree)) {
            return anywhere.start();
        }
        try {
            return PostgresCluster.builder()
                    .replicas(ports.length - 1)
                    .tls(true)
                    .ports(ports)
                    .start();
        } catch (PostgresClusterException taken) {
            System.out.println("On other ports, because: " + taken.getMessage());
            return anywhere.start();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static String shown(Connection connection, String expression) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select " + expression + "::text")) {
            row.next();
            return row.getString(1);
        }
    }
}
