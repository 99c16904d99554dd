package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.penstock.Database;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvFile;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.Direction;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a user gets who writes something wrong: one clear error, soon, with the remedy, and no secret in it. */
@TestInstance(Lifecycle.PER_CLASS)
class WrongInputIT {
    private static final String CANARY = "canary-0f3b6c1d";
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration DEADLINE = Duration.ofSeconds(4);

    private PostgresCluster cluster;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder()
                .tls(true)
                .hba("host all outcast all reject", "host all all all scram-sha-256")
                .start();
        String password = "password '" + cluster.password("appuser") + "'";
        cluster.primary().execute("create role outcast login in role appuser " + password);
        cluster.primary().execute("create role limited login in role appuser connection limit 2 " + password);
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void a_port_on_which_nothing_listens_is_named_with_what_to_check() {
        Throwable error = open(config().primary("localhost:1").build());
        assertThat(error).isInstanceOf(SQLException.class).hasMessageContaining("localhost:1");
        assertThat(error).hasMessageContaining("nothing accepts connections").hasMessageContaining("Start the server");
        assertThat(((SQLException) error).getSQLState()).isEqualTo("08001");
    }

    @Test
    void a_host_name_that_does_not_resolve_is_named() {
        Throwable error = open(config().primary("no-such-host.invalid").build());
        assertThat(error).hasMessageContaining("no-such-host.invalid").hasMessageContaining("cannot be resolved");
    }

    @Test
    void a_server_that_accepts_and_never_answers_ends_with_the_connect_deadline() {
        cluster.primary().suspend();
        try {
            Throwable error = open(config().build());
            assertThat(error).isInstanceOf(SQLException.class).hasMessageContaining("CONNECT_TIMEOUT");
        } finally {
            cluster.primary().resume();
        }
    }

    @Test
    void a_server_that_lets_in_and_then_says_nothing_ends_with_the_connect_deadline() {
        try (TcpProxy proxy = cluster.primary().proxy()) {
            proxy.blackHoleOnceSent("max_connections", Direction.SERVER_TO_CLIENT);
            Throwable error = open(
                    config().primary(proxy.host() + ":" + proxy.port())
                            .tls(TlsConfig.disabled())
                            .build(),
                    CONNECT.plusSeconds(1));
            assertThat(error).isInstanceOf(SQLException.class).hasMessageContaining("CONNECT_TIMEOUT");
        }
    }

    @Test
    void a_provider_that_does_not_answer_is_named_at_the_connect_deadline_and_interrupted() {
        CountDownLatch interrupted = new CountDownLatch(1);
        PasswordSource vault = PasswordSource.provider("the test's vault", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return Secret.of(CANARY);
        });
        Throwable error = open(config().password(vault).build(), CONNECT.plusSeconds(1));
        assertThat(error)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("the test's vault")
                .hasMessageContaining("2000 ms (timeouts.connect)");
        await().until(() -> interrupted.getCount() == 0);
    }

    @Test
    void a_pipe_is_refused_as_secret_as_ca_and_as_configuration(@TempDir Path directory) throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(open(config().password(PasswordSource.file(pipe)).build()))
                .hasMessageContaining("not a regular file");
        assertThat(open(config().tls(TlsConfig.verifyCa(pipe)).build())).hasMessageContaining("not a regular file");
        assertThat(failureOf(() -> DatabaseConfig.load(pipe))).hasMessageContaining("not a regular file");
        assertThat(failureOf(() -> EnvFile.read(pipe))).hasMessageContaining("not a regular file");
    }

    @Test
    void a_wrong_password_is_told_at_once_with_its_source_and_role() {
        long start = System.nanoTime();
        Throwable error =
                open(config().password(PasswordSource.provider("the test's provider", () -> Secret.of(CANARY)))
                        .build());
        assertThat(error).isInstanceOf(SQLException.class).hasMessageContaining("AUTH_FAILED");
        assertThat(error).hasMessageContaining("appuser").hasMessageContaining("the test's provider");
        assertThat(((SQLException) error).getSQLState()).isEqualTo("28P01");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
    }

    @Test
    void a_missing_secret_file_is_told_before_the_first_connection_with_every_place_looked_at() {
        Throwable error = open(config().password(
                        PasswordSource.file(Path.of("/run/secrets/not-mounted")).orEnv("PENSTOCK_NOT_SET"))
                .build());
        assertThat(error).isInstanceOf(InvalidConfigException.class);
        assertThat(error).hasMessageContaining("/run/secrets/not-mounted").hasMessageContaining("PENSTOCK_NOT_SET");
    }

    @Test
    void a_missing_ca_file_and_a_missing_secret_are_told_together(@TempDir Path directory) {
        Throwable error = open(config().tls(TlsConfig.verifyFull(directory.resolve("ca.pem")))
                .password(PasswordSource.file(directory.resolve("secret")))
                .build());
        assertThat(((InvalidConfigException) error).violations()).hasSize(2);
        assertThat(error).hasMessageContaining(directory + "/ca.pem").hasMessageContaining(directory + "/secret");
    }

    @Test
    void a_file_in_a_directory_that_is_not_there_is_told_without_its_name_which_may_be_a_key() {
        Throwable error = open(config().tls(TlsConfig.verifyFull(Path.of("certs-of-nobody/ca.pem")))
                .password(PasswordSource.file(Path.of("/no/such/" + CANARY)))
                .build());
        assertThat(error)
                .hasMessageContaining("tls.ca is neither PEM text nor the path of a file that exists (a relative one")
                .hasMessageContaining("file named in the program does not exist");
    }

    @Test
    void a_ca_that_did_not_sign_the_server_is_named_as_the_reason_and_not_as_an_outage() {
        Throwable error =
                open(config().tls(TlsConfig.verifyFull(cluster.certificates().otherCaFile()))
                        .build());
        assertThat(error).isInstanceOf(SQLException.class).hasMessageContaining("TLS_UNTRUSTED_CHAIN");
    }

    @Test
    void an_unknown_database_is_named() {
        Throwable error = open(config().database("nowhere").build());
        assertThat(error).hasMessageContaining("there is no database 'nowhere'");
        assertThat(((SQLException) error).getSQLState()).isEqualTo("3D000");
    }

    @ParameterizedTest
    @EnumSource(
            value = SslMode.class,
            names = {"DISABLE", "ALLOW", "PREFER", "REQUIRE"})
    void a_login_that_pg_hba_rejects_is_told_once_with_both_remedies_and_sslmode_only_after_plain_text(SslMode mode) {
        Throwable error = open(
                config().user("outcast").tls(TlsConfig.builder(mode).build()).build());
        assertThat(((SQLException) error).getSQLState()).isEqualTo("28000");
        assertThat(error)
                .hasMessageContaining("[HBA_REJECTED]. Ask for a line in pg_hba.conf")
                .hasMessageContaining("or for the one that rejects them to be changed");
        assertThat(error.getMessage()).containsOnlyOnce("pg_hba.conf rejects connection");
        assertThat(error.getMessage().contains("use sslmode=require")).isEqualTo(mode == SslMode.DISABLE);
    }

    @Test
    void a_role_at_its_own_limit_is_told_so_and_not_that_the_server_is_slow() throws Exception {
        DatabaseConfig config = config().user("limited")
                .replicas()
                .pool(4, 0, Duration.ofSeconds(1))
                .build();
        // The monitor has the other one.
        try (Database db = Database.open(config);
                Connection held = db.writer().getConnection()) {
            assertThat(held.isValid(1)).isTrue();
            Throwable error = failureOf(() -> db.writer().getConnection().close());
            assertThat(((SQLException) error).getSQLState()).isEqualTo("53300");
            assertThat(error)
                    .hasMessageContaining("The server admits no further one")
                    .hasMessageContaining("too many connections for role")
                    .hasMessageContaining("ALTER ROLE ... CONNECTION LIMIT");
            assertThat(error.getMessage()).doesNotContain("slow").doesNotContain("Raise pool");
        }
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster, List.of(cluster.primary())).timeouts(CONNECT, Duration.ofSeconds(5));
    }

    private Throwable open(DatabaseConfig config) {
        return open(config, DEADLINE);
    }

    /** What hangs for ever fails the test and not the build. */
    private static Throwable failureOf(ThrowingCallable work) {
        return assertTimeoutPreemptively(DEADLINE.multipliedBy(3), () -> catchThrowable(work));
    }

    /** Opens, which must fail within the deadline, and looks at everything the exception would print. */
    private Throwable open(DatabaseConfig config, Duration deadline) {
        long start = System.nanoTime();
        Throwable error = failureOf(() -> Database.open(config).close());
        assertThat(error).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(deadline);
        StringWriter printed = new StringWriter();
        error.printStackTrace(new PrintWriter(printed));
        assertThat(printed.toString()).doesNotContain(CANARY).doesNotContain(cluster.password("appuser"));
        System.out.println(error.getMessage() + "\n");
        return error;
    }
}
