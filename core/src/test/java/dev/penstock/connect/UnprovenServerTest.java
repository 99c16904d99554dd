package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.config.Login;
import dev.penstock.config.ReadRole;
import dev.penstock.config.RoleConfig;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A public host, and nothing said about it: what a server hears that cannot prove itself. The name resolves to this machine. */
class UnprovenServerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String PUBLIC = "shop.abc.eu-central-1.rds.amazonaws.com";
    private static final CertificateAuthority CA = CertificateAuthority.create("Nobody's CA");

    private static DatabaseConfig.Builder config(String host, int port) {
        return DatabaseConfig.builder()
                .primary(host + ":" + port)
                .database("shop")
                .user("appuser")
                .password(PasswordSource.literal("Zq7CANARYpw"))
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .readOnly(new Login("reader", PasswordSource.literal("Zq7CANARYpw")))
                        .migration(new Login("migrator", PasswordSource.literal("Zq7CANARYpw")))
                        .readRole(ReadRole.RO_USER)
                        .build());
    }

    private static ConnectFailedException refusal(DatabaseConfig config, Purpose purpose) throws Exception {
        Node node = new Node("node-1", config.primary());
        try (Identity identity = Identity.open(config, LONG);
                Connector connector = new Connector(
                        config, identity, new Unheard(), host -> List.of(InetAddress.getLoopbackAddress()))) {
            return catchThrowableOfType(
                    ConnectFailedException.class, () -> connector.open(node, purpose, LONG, ended -> {}));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatever_connects_sends_the_request_for_TLS_and_no_login(Purpose purpose) throws Exception {
        try (ListeningServer untrusted =
                        ListeningServer.showing(CA.server(PUBLIC).issue());
                ListeningServer plain = ListeningServer.withoutTls()) {
            ConnectFailedException distrusted =
                    refusal(config(PUBLIC, untrusted.port()).build(), purpose);
            ConnectFailedException declined =
                    refusal(config(PUBLIC, plain.port()).build(), purpose);

            assertThat(distrusted.code()).isEqualTo("TLS_UNTRUSTED_CHAIN");
            assertThat(declined.code()).isEqualTo("TLS_NOT_OFFERED");
            assertThat(List.of(untrusted, plain)).allSatisfy(server -> {
                assertThat(server.requests()).isNotEmpty().containsOnly(ListeningServer.SSL_REQUEST);
                assertThat(server.logins()).isEmpty();
            });
        }
    }

    /** The other way round, so that silence means something. */
    @Test
    void a_server_that_need_not_prove_itself_hears_the_role_at_once() throws Exception {
        try (ListeningServer untrusted =
                ListeningServer.showing(CA.server(PUBLIC).issue())) {
            refusal(config(PUBLIC, untrusted.port()).tls(TlsConfig.require()).build(), Purpose.WRITE);
            assertThat(untrusted.logins()).isNotEmpty().allMatch(login -> login.contains("appuser"));
        }
    }

    @Test
    void the_failure_names_both_ways_out_and_the_platforms_section() throws Exception {
        try (ListeningServer plain = ListeningServer.withoutTls()) {
            assertThat(refusal(config(PUBLIC, plain.port()).build(), Purpose.WRITE)
                            .remedy())
                    .contains(
                            "Nothing is set",
                            "'" + PUBLIC + "' is a public host",
                            "set sslmode and sslrootcert as docs/tls-presets.md#rds-and-aurora has them",
                            "APP_ENVIRONMENT=development",
                            "private name");
            assertThat(refusal(
                                    config(PUBLIC, plain.port())
                                            .environmentMode(EnvironmentMode.PRODUCTION)
                                            .roles(RoleConfig.none())
                                            .password(PasswordSource.env("PATH"))
                                            .build(),
                                    Purpose.WRITE)
                            .remedy())
                    .contains("production verifies in full", "docs/tls-presets.md#rds-and-aurora")
                    .doesNotContain("APP_ENVIRONMENT");
        }
    }

    @Test
    void a_failure_at_a_proof_that_was_asked_for_has_its_own_remedy_alone() throws Exception {
        try (ListeningServer plain = ListeningServer.withoutTls()) {
            assertThat(refusal(
                                    config(PUBLIC, plain.port())
                                            .tls(TlsConfig.verifyFull())
                                            .build(),
                                    Purpose.WRITE)
                            .remedy())
                    .doesNotContain("Nothing is set");
        }
    }

    /** A private primary with a public replica: one of them decides for both, and is named. */
    @Test
    void the_failure_of_a_private_server_names_the_public_one_that_decided() throws Exception {
        try (ListeningServer plain = ListeningServer.withoutTls()) {
            assertThat(refusal(
                                    config("db-1", plain.port())
                                            .replicas("db.example.com")
                                            .build(),
                                    Purpose.MONITOR)
                            .remedy())
                    .contains("'db.example.com' is a public host", "docs/tls-presets.md has them");
            assertThat(plain.logins()).isEmpty();
        }
    }

    @Test
    void a_probe_that_asks_for_the_login_sends_none_either() throws Exception {
        try (ListeningServer untrusted =
                        ListeningServer.showing(CA.server("localhost").issue());
                ListeningServer plain = ListeningServer.withoutTls();
                TlsContext context = TlsContext.open(TlsConfig.verifyFull())) {
            TlsProbe probe = new TlsProbe(context, LONG);
            for (ListeningServer server : List.of(untrusted, plain)) {
                assertThat(probe.dial("localhost", server.port()).failure()).isPresent();
                assertThatThrownBy(() -> probe.askLogin("localhost", server.port(), "appuser", "shop"))
                        .isInstanceOf(IOException.class);
                assertThat(server.requests()).hasSizeGreaterThan(1).containsOnly(ListeningServer.SSL_REQUEST);
                assertThat(server.logins()).isEmpty();
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
}
