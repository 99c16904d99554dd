package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Pooler;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionConfig;
import dev.penstock.observe.RouteReason;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Through a real PgBouncer in transaction mode. Part of the build with {@code -Ppgbouncer}. */
@Tag("pgbouncer")
@TestInstance(Lifecycle.PER_CLASS)
class PoolerIT {
    @TempDir
    private Path directory;

    private PostgresCluster cluster;
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder().replicas(1).start();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @AfterEach
    void stop() {
        for (Process process : started) {
            process.destroyForcibly().onExit().join();
        }
        started.clear();
    }

    @Test
    void with_pooler_transaction_reads_and_writes_work_over_few_server_sessions() throws Exception {
        int port = pgbouncer("nothing");
        try (Database db = Database.open(config(port).session(shared()).build())) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(threads.submit(() -> {
                        for (int j = 0; j < 40; j++) {
                            int number = j;
                            int read = db.read(c -> echo(c, number));
                            int written = db.writeReturning(c -> echo(c, number));
                            assertThat(read + written).isEqualTo(2 * number);
                        }
                        return null;
                    }));
                }
                for (Future<?> one : all) {
                    one.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(cluster.primary()
                            .execute("select count(*) from pg_stat_activity where usename = 'appuser'")
                            .get(0)
                            .get(0))
                    .isIn("1", "2", "3");
        }
    }

    @Test
    void a_read_cannot_write_and_a_parameter_stays_in_its_transaction_behind_a_pooler_too() throws Exception {
        int port = pgbouncer("nothing");
        cluster.primary().execute("create table if not exists app.visits (id int)");
        cluster.primary().execute("grant all on app.visits to appuser");
        try (Database db = Database.open(config(port).session(shared()).build())) {
            assertThatThrownBy(() -> db.read(c -> {
                        Served.run(c, "insert into app.visits values (1)");
                        return 1;
                    }))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("25006");
            String inside = db.read(ReadOptions.defaults().with("app.user_id", "alice"), PoolerIT::user);
            String after = db.read(PoolerIT::user);
            assertThat(inside).isEqualTo("alice");
            assertThat(after).isNullOrEmpty();
        }
    }

    @Test
    void a_session_reads_what_it_wrote_through_a_pooler_of_each_server() throws Exception {
        cluster.primary().execute("create table app.page (version int)");
        cluster.primary().execute("insert into app.page values (0)");
        cluster.primary().execute("grant all on app.page to appuser");
        cluster.awaitReplicas();
        String replica = "localhost:" + pgbouncer(cluster.node(1), "nothing");
        DatabaseConfig.Builder pooled = config(pgbouncer("nothing")).replicas(replica);
        try (Database db = Database.open(pooled.session(shared()).build())) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> db.explain(ReadOptions.defaults()).reason() == RouteReason.REPLICA);
            Session session = db.session();
            int onReplica = 0;
            for (int i = 1; i <= 100; i++) {
                int version = i;
                session.write(c -> Served.run(c, "update app.page set version = " + version));
                assertThat(session.token()).as("a commit brings its position").isPresent();
                assertThat(session.<Long>read(c -> Served.count(c, "app.page where version = " + version)))
                        .isEqualTo(1);
                onReplica += session.read(c -> Served.by(c).inRecovery()) ? 1 : 0;
            }
            assertThat(onReplica).isPositive();
        }
    }

    @Test
    void without_it_the_refused_startup_parameter_names_the_setting() throws Exception {
        int port = pgbouncer("nothing");
        assertThatThrownBy(() -> Database.open(config(port).build()))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("pooler: transaction");
    }

    @Test
    void without_it_the_missing_prepared_statement_names_the_setting() throws Exception {
        int port = pgbouncer("options");
        try (Database db = Database.open(config(port).build());
                Connection one = db.writer().getConnection();
                Connection other = db.writer().getConnection()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 50; i++) {
                            echo(one, i);
                            other.setAutoCommit(false);
                            echo(other, i);
                            echo(one, i);
                            other.commit();
                        }
                    })
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("pooler: transaction"));
        }
    }

    @Test
    void the_catalog_is_the_servers_name_of_the_database_and_not_the_poolers() throws Exception {
        cluster.primary().execute("create table if not exists app.aliased (id int)");
        int port = pgbouncer("nothing");
        try (Database db =
                Database.open(config(port).database("alias").session(shared()).build())) {
            for (DataSource view : List.of(db.writer(), db.reader(), db.dataSource())) {
                try (Connection c = view.getConnection();
                        ResultSet tables = c.getMetaData().getTables(c.getCatalog(), "app", "aliased", null)) {
                    assertThat(c.getCatalog()).isEqualTo(cluster.database());
                    assertThat(tables.next()).isTrue();
                }
            }
        }
    }

    private static SessionConfig shared() {
        return SessionConfig.builder().pooler(Pooler.TRANSACTION).build();
    }

    private static int echo(Connection c, int number) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select ?::int")) {
            statement.setInt(1, number);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static String user(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select current_setting('app.user_id', true)");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private DatabaseConfig.Builder config(int port) {
        return DatabaseConfig.builder()
                .primary("localhost:" + port)
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.disabled())
                .pool(8, 0, Duration.ofSeconds(10));
    }

    /** The pooler, with two server sessions to give out, that swallows the {@code ignored} parameters; its port. */
    private int pgbouncer(String ignored) throws IOException {
        return pgbouncer(cluster.primary(), ignored);
    }

    private int pgbouncer(PostgresNode node, String ignored) throws IOException {
        int port = freePort();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(
                directory.resolve("users-" + port + ".txt"), "\"appuser\" \"" + cluster.password("appuser") + "\"\n");
        Path settings = Files.writeString(directory.resolve("pgbouncer-" + port + ".ini"), """
            [databases]
            alias = host=localhost port=%1$d dbname=%5$s
            * = host=localhost port=%1$d
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %2$d
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = %3$s
            pool_mode = transaction
            default_pool_size = 2
            ignore_startup_parameters = %4$s
            """.formatted(
                        node.port(), port, users, ignored, cluster.database()));
        List<String> command = new ArrayList<>(List.of("pgbouncer", settings.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            // It refuses to run as root; the user is the one of Debian's package.
            command.addAll(List.of("-u", "postgres"));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgbouncer-" + port + ".log").toFile())
                .start();
        started.add(process);
        await("pgbouncer on " + port).atMost(Duration.ofSeconds(20)).until(() -> answers(process, port));
        return port;
    }

    private static boolean answers(Process process, int port) {
        assertThat(process.isAlive()).as("pgbouncer runs").isTrue();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
