package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hangs before the driver is asked, without any server. */
class ConnectorTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(20);

    /** RFC 5737: an address for documentation, which nobody has. */
    private static final InetAddress ELSEWHERE = address(203, 0, 113, 7);

    private final Node hangs = new Node("node-1", new Endpoint("hangs", 1));
    private final Node answers = new Node("node-2", new Endpoint("answers", 1));
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicBoolean vaultHangs = new AtomicBoolean();
    private final CountDownLatch interrupted = new CountDownLatch(1);

    private static InetAddress address(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    @AfterEach
    void end() {
        end.countDown();
    }

    private void run(Work work) throws Exception {
        run(config("hangs:1").build(), work);
    }

    private DatabaseConfig.Builder config(String primary) {
        return DatabaseConfig.builder()
                .primary(primary)
                .database("shop")
                .user("shop_app")
                .password(PasswordSource.provider("the test's vault", this::vault))
                .tls(TlsConfig.disabled());
    }

    private void run(DatabaseConfig config, Work work) throws Exception {
        try (Identity identity = Identity.open(config, LONG);
                Connector connector = new Connector(config, identity, new Unheard(), this::resolve)) {
            work.with(connector);
        }
    }

    /** What is tried. */
    @FunctionalInterface
    private interface Work {
        void with(Connector connector) throws Exception;
    }

    private Secret vault() {
        try {
            if (vaultHangs.get()) {
                end.await();
            }
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return Secret.of("secret");
    }

    /** As a look-up in the operating system, which nothing interrupts. */
    private List<InetAddress> resolve(String host) {
        if (host.equals("hangs")) {
            hanging.incrementAndGet();
            boolean over = false;
            while (!over) {
                try {
                    end.await();
                    over = true;
                } catch (InterruptedException e) {
                    continue;
                }
            }
        }
        return List.of(host.endsWith(".localhost") ? ELSEWHERE : InetAddress.getLoopbackAddress());
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

    @Test
    void connects_that_hang_at_one_server_take_no_thread_from_another_and_are_not_told_as_a_closed_database()
            throws Exception {
        run(connector -> {
            for (int i = 0; i < ThreadShare.SIZE; i++) {
                assertThat(connector.addresses(hangs, Duration.ZERO)).isEmpty();
            }
            await().atMost(LONG).until(() -> hanging.get() == ThreadShare.SIZE);
            assertThat(connector.addresses(answers, LONG)).hasSize(1);
            assertThat(connector.resolve("answers", LONG)).hasSize(1);
            SQLException told = catchThrowableOfType(
                    SQLException.class, () -> connector.open(hangs, Purpose.WRITE, LONG, ended -> {}));
            assertThat(told.getSQLState()).isEqualTo("08001");
            assertThat(told.getMessage()).contains("CONNECTS_HANG", "64 earlier connects have not ended");
        });
    }

    @Test
    void a_provider_that_hangs_is_named_and_interrupted_at_the_connect_deadline() throws Exception {
        run(connector -> {
            vaultHangs.set(true);
            assertThatThrownBy(() -> connector.open(answers, Purpose.WRITE, SHORT, ended -> {}))
                    .hasMessageContaining("SECRET_UNAVAILABLE")
                    .hasMessageContaining("provider the test's vault has not answered")
                    .hasMessageNotContaining("firewall");
            await().atMost(LONG).until(() -> interrupted.getCount() == 0);
        });
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({
        "DISABLE, db.public-cloud.example, PRODUCTION_TLS",
        "PREFER, db.public-cloud.example, PRODUCTION_TLS",
        "ALLOW, 10.0.0.5, PRODUCTION_TLS",
        "PREFER, db-2, PRODUCTION_TLS",
        "REQUIRE, db.public-cloud.example, REQUIRE_UNVERIFIED"
    })
    void a_member_that_a_discovery_names_is_refused_as_a_configured_host_would_be_and_is_sent_nothing(
            SslMode mode, String host, String code) throws Exception {
        DatabaseConfig config = config("localhost:1")
                .environmentMode(EnvironmentMode.PRODUCTION)
                .tls(TlsConfig.builder(mode).build())
                .build();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Node found = new Node("node-2", new Endpoint(host, server.getLocalPort()));
            run(config, connector -> {
                assertRefused(connector, found, code);
                assertThat(catchThrowableOfType(
                                        InvalidConfigException.class,
                                        () -> config("localhost:1")
                                                .replicas(host)
                                                .environmentMode(EnvironmentMode.PRODUCTION)
                                                .tls(TlsConfig.builder(mode).build())
                                                .build())
                                .violations())
                        .extracting(Violation::code)
                        .containsExactly(code);
            });
            server.setSoTimeout(1);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** Private servers, and nothing said: the mode is prefer. */
    @ParameterizedTest
    @CsvSource({"db.public-cloud.example, true", "8.8.8.8, true", "db-2, false"})
    void a_public_member_beside_private_servers_is_sent_nothing_where_nothing_is_set(String host, boolean refused)
            throws Exception {
        DatabaseConfig config = config("db-1:1").tls(TlsConfig.prefer()).build();
        try (ListeningServer server = ListeningServer.withoutTls()) {
            Node found = new Node("node-2", new Endpoint(host, server.port()));
            run(config, connector -> {
                ConnectFailedException told = catchThrowableOfType(
                        ConnectFailedException.class, () -> connector.open(found, Purpose.MONITOR, LONG, ended -> {}));
                assertThat(told.code()).isEqualTo(refused ? "PRODUCTION_TLS" : "CONNECT_FAILED");
                assertThat(told.getMessage().contains("environment_mode is not set"))
                        .isEqualTo(refused);
                assertThat(told.getMessage()).doesNotContain("which production refuses");
            });
            assertThat(server.requests().isEmpty()).isEqualTo(refused);
        }
    }

    @Test
    void a_name_of_this_machine_that_leads_to_another_one_is_no_way_around() throws Exception {
        DatabaseConfig config = config("db.localhost:1")
                .environmentMode(EnvironmentMode.PRODUCTION)
                .build();
        Node byName = new Node("node-1", config.primary());
        Node byAddress = new Node("node-2", config.primary(), Optional.of(ELSEWHERE));
        run(config, connector -> {
            assertRefused(connector, byName, "PRODUCTION_TLS");
            assertRefused(connector, byAddress, "PRODUCTION_TLS");
        });
        run(
                config("db.localhost:1").build(),
                connector -> assertThat(catchThrowableOfType(
                                        ConnectFailedException.class,
                                        () -> connector.open(byName, Purpose.WRITE, LONG, ended -> {}))
                                .getMessage())
                        .contains("PRODUCTION_TLS", "environment_mode is not set"));
    }

    private static void assertRefused(Connector connector, Node node, String code) {
        ConnectFailedException told = catchThrowableOfType(
                ConnectFailedException.class, () -> connector.open(node, Purpose.WRITE, LONG, ended -> {}));
        assertThat(told.code()).isEqualTo(code);
        assertThat(told.getSQLState()).isEqualTo("08004");
        assertThat(told.getMessage()).contains(node.toString(), "which production refuses", told.remedy());
        assertThat(told.remedy()).contains("verify-full");
        assertThat(ErrorClass.of(told)).isEqualTo(ErrorClass.TLS);
    }

    @Test
    void a_closed_connector_says_so() throws Exception {
        run(connector -> {
            connector.close();
            assertThat(catchThrowableOfType(
                                    SQLException.class,
                                    () -> connector.open(answers, Purpose.WRITE, SHORT, ended -> {}))
                            .getSQLState())
                    .isEqualTo("08003");
        });
    }
}
