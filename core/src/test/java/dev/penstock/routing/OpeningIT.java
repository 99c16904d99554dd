package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.RoleConfig;
import dev.penstock.config.SessionConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.Sharing;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What opening waits for, and what it does not wait for because waiting would not help. */
@PostgresTest(replicas = 0, sharing = Sharing.JVM)
class OpeningIT {
    private static final Duration CONNECT = Duration.ofSeconds(25);

    /** Nobody has waited for the deadline then. */
    private static final Duration AT_ONCE = Duration.ofSeconds(12);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final PrintStream standardError = System.err;

    @AfterEach
    void end() {
        System.setErr(standardError);
        threads.shutdownNow();
    }

    private static DatabaseConfig.Builder config(PostgresCluster cluster) {
        return TestConfigs.of(cluster, List.of(cluster.primary()))
                .tls(TlsConfig.disabled())
                .timeouts(CONNECT, Duration.ofSeconds(5));
    }

    private static SQLException toldAtOnce(DatabaseConfig.Builder config, String state) {
        return Timed.call(() -> Database.open(config.build()).close()).failedWithin(AT_ONCE, state);
    }

    @Test
    void a_server_that_is_about_to_start_is_waited_for_and_one_warning_says_for_what_and_until_when(
            PostgresCluster cluster) throws Exception {
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try (TcpProxy proxy = cluster.primary().proxy()) {
            proxy.refuse();
            CompletableFuture<Timed> opening = Timed.begin(threads, () -> {
                try (Database db = Database.open(config(cluster)
                        .primary(proxy.host() + ":" + proxy.port())
                        .build())) {
                    db.read(Served::by);
                }
            });
            await().atMost(AT_ONCE).until(() -> lines(logged, "Waiting until") == 1);
            proxy.heal();
            opening.get(CONNECT.toSeconds(), TimeUnit.SECONDS).succeededWithin(CONNECT);
            String log = logged.toString(StandardCharsets.UTF_8);
            assertThat(log)
                    .containsPattern(
                            "WARN .*Waiting until [0-9:]{5,8} \\(timeouts.connect, 25000 ms\\) for a primary to write"
                                    + " to: node-1 .*: nothing accepts connections")
                    .containsPattern("node-1 .* is DOWN \\(was UNKNOWN\\): nothing accepts connections");
            assertThat(lines(logged, "Waiting until")).isEqualTo(1);
        }
    }

    private static long lines(ByteArrayOutputStream logged, String about) {
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(about))
                .count();
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "no_such_setting, 1, 42704",
        "work_mem, a lot, 22023",
        "default_tablespace, work_mem, 22023",
        "max_connections, 5, 55P02",
        "server_version, 1, 55P02",
        "log_statement, all, 42501",
        "session_replication_role, replica, 42501",
        "a..b, x, 42602"
    })
    void a_setting_that_the_server_does_not_take_is_named_at_once(
            String name, String value, String state, PostgresCluster cluster) {
        DatabaseConfig.Builder config = config(cluster)
                .session(SessionConfig.builder().settings(Map.of(name, value)).build());

        assertThat(toldAtOnce(config, state).getMessage())
                .contains("SETTING_REFUSED", "refused the setting " + name + ":", "Correct it in options");
    }

    @Test
    void a_time_zone_of_the_jvm_that_the_server_does_not_know_is_named_at_once(PostgresCluster cluster) {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(new SimpleTimeZone(19_800_000, "Mars/Olympus"));
        try {
            assertThat(toldAtOnce(config(cluster), "22023").getMessage())
                    .contains("SETTING_REFUSED", "refused the setting TimeZone:", "-Duser.timezone=UTC");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"nobody, 22023", "postgres, 42501"})
    void an_owner_that_migrations_cannot_take_is_named(String owner, String state, PostgresCluster cluster)
            throws Exception {
        Login login = new Login("appuser", PasswordSource.file(cluster.secretFile("appuser")));
        DatabaseConfig.Builder config = config(cluster)
                .roles(RoleConfig.builder().ownerUser(owner).migration(login).build());
        try (Database db = Database.open(config.build())) {
            assertThatThrownBy(() -> db.migrations().getConnection())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo(state))
                    .hasMessageContainingAll(
                            "SETTING_REFUSED", "setting role:", "GRANT \"" + owner + "\" TO \"appuser\".");
        }
    }

    @Test
    void a_database_that_is_closed_to_the_role_is_no_matter_of_a_setting(PostgresCluster cluster) throws Exception {
        cluster.primary().execute("create database closed");
        cluster.primary().execute("revoke connect on database closed from public");

        assertThat(toldAtOnce(config(cluster).database("closed"), "42501").getMessage())
                .contains("NOT_ALLOWED", "Grant the role CONNECT");
    }

    @Test
    void a_database_that_does_not_exist_is_told_at_once(PostgresCluster cluster) {
        toldAtOnce(config(cluster).database("nowhere"), "3D000");
    }

    @Test
    void an_answer_that_is_not_of_postgresql_is_told_at_once(PostgresCluster cluster) throws Exception {
        try (ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> answer(web));
            DatabaseConfig.Builder config = config(cluster).primary("127.0.0.1:" + web.getLocalPort());
            assertThat(toldAtOnce(config, "08P01").getMessage())
                    .contains("NOT_POSTGRESQL", "127.0.0.1:" + web.getLocalPort(), "another service");
        }
    }

    private static void answer(ServerSocket web) {
        while (!web.isClosed()) {
            try (Socket client = web.accept()) {
                if (client.getInputStream().read(new byte[4096]) > 0) {
                    client.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                // A client that is gone, or the end of the test.
                continue;
            }
        }
    }
}
