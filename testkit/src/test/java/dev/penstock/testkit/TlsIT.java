package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Certificates, good and bad, as a verifying client meets them; one server whose certificate is changed. */
class TlsIT {
    private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("The CA");
    private static PostgresCluster cluster;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .certificateAuthority(AUTHORITY)
                .start();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    private static void present(CertificateRequest request) {
        present(request.issue());
    }

    private static void present(IssuedCertificate certificate) {
        cluster.replaceServerCertificate(certificate);
    }

    private static Connection connect(String host, Path ca) throws SQLException {
        String url = "jdbc:postgresql://" + host + ":" + cluster.primary().port()
                + "/appdb?sslmode=verify-full&sslrootcert=" + ca;
        return DriverManager.getConnection(url, "appuser", cluster.password("appuser"));
    }

    private static void accepted(String host) throws SQLException {
        try (Connection connection = connect(host, cluster.certificates().caFile())) {
            assertThat(Sql.run(connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
                    .containsExactly(List.of("t"));
        }
    }

    private static void refused(String host, String why) {
        assertThatThrownBy(() -> connect(host, cluster.certificates().caFile()).close())
                .isInstanceOf(SQLException.class)
                .hasStackTraceContaining(why);
    }

    @Test
    void the_default_certificate_names_localhost_and_both_addresses() throws Exception {
        try (PostgresCluster usual =
                        PostgresCluster.builder().replicas(0).tls(true).start();
                InputStream pem =
                        Files.newInputStream(usual.primary().data().path().resolve("server.crt"))) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
            assertThat(certificate.getSubjectAlternativeNames())
                    .extracting(name -> String.valueOf(name.get(1)))
                    .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        }
    }

    @Test
    void a_certificate_for_name_and_address_is_accepted_under_both() throws Exception {
        present(AUTHORITY.server("localhost", "127.0.0.1"));
        accepted("localhost");
        accepted("127.0.0.1");
        assertThatThrownBy(() -> connect("localhost", cluster.certificates().otherCaFile())
                        .close())
                .hasStackTraceContaining("PKIX path");
    }

    @Test
    void a_wrong_name_is_refused() {
        present(AUTHORITY.server("db.example.org", "10.0.0.1"));
        refused("localhost", "could not be verified");
    }

    @Test
    void a_common_name_alone_is_accepted_by_a_driver_that_still_looks_there() throws Exception {
        present(AUTHORITY.server("localhost").commonNameOnly());
        accepted("localhost");
    }

    @Test
    void an_expired_one_is_refused() {
        present(AUTHORITY.server("localhost").expired());
        refused("localhost", "NotAfter");
    }

    @Test
    void one_of_tomorrow_is_refused() {
        present(AUTHORITY.server("localhost").notYetValid());
        refused("localhost", "NotBefore");
    }

    @Test
    void a_self_signed_one_is_refused() {
        present(AUTHORITY.server("localhost").selfSigned());
        refused("localhost", "PKIX path");
    }

    @Test
    void an_intermediate_one_is_accepted_by_who_trusts_the_root() throws Exception {
        present(AUTHORITY.intermediate("Intermediate CA").server("localhost"));
        accepted("localhost");
    }

    @Test
    void every_kind_of_key_serves() throws Exception {
        for (KeyKind kind : KeyKind.values()) {
            present(AUTHORITY.server("localhost").key(kind));
            accepted("localhost");
        }
    }

    @Test
    void nothing_readable_is_on_the_wire() throws Exception {
        present(AUTHORITY.server("localhost"));
        try (TcpProxy proxy = cluster.primary().proxy()) {
            proxy.capture(Direction.CLIENT_TO_SERVER);
            String url = "jdbc:postgresql://localhost:" + proxy.port() + "/appdb?sslmode=verify-full&sslrootcert="
                    + cluster.certificates().caFile();
            try (Connection connection = DriverManager.getConnection(url, "appuser", cluster.password("appuser"))) {
                Sql.run(connection, "select 'a secret'");
            }
            assertThat(new String(proxy.captured(Direction.CLIENT_TO_SERVER), StandardCharsets.ISO_8859_1))
                    .doesNotContain("a secret")
                    .doesNotContain("appuser");
        }
    }

    @Test
    void client_certificates_can_be_demanded_and_revoked() throws Exception {
        try (PostgresCluster strict = PostgresCluster.builder()
                .replicas(1)
                .requireClientCertificates()
                .setting("ssl_min_protocol_version", "TLSv1.3")
                .start()) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                            strict.primary().jdbcUrl(), "appuser", strict.password("appuser")))
                    .hasMessageContaining("client certificate");
            try (Connection connection = strict.primary().connect("appuser")) {
                assertThat(Sql.run(
                                connection, "select client_dn, version from pg_stat_ssl where pid = pg_backend_pid()"))
                        .containsExactly(List.of("/CN=appuser", "TLSv1.3"));
            }
            strict.revoke(strict.certificates().client("appuser"));
            assertThatThrownBy(() -> strict.primary().connect("appuser")).isInstanceOf(SQLException.class);
            strict.primary().connect("backupuser").close();
        }
    }

    @Test
    void tls_can_be_offered_without_being_demanded_and_refused_although_it_is_there() throws Exception {
        try (PostgresCluster both = PostgresCluster.builder()
                .replicas(0)
                .tls(true)
                .hba("host all appuser all scram-sha-256", "hostssl all backupuser all reject")
                .hba("hostnossl all backupuser all scram-sha-256")
                .start()) {
            assertThat(sslOf(both, "appuser", "disable")).isEqualTo("f");
            assertThat(sslOf(both, "appuser", "require")).isEqualTo("t");
            assertThat(sslOf(both, "backupuser", "disable")).isEqualTo("f");
            assertThatThrownBy(() -> sslOf(both, "backupuser", "require")).hasMessageContaining("rejects");
        }
    }

    private static String sslOf(PostgresCluster cluster, String role, String sslmode) throws SQLException {
        String url = "jdbc:postgresql://localhost:" + cluster.primary().port() + "/appdb?sslmode=" + sslmode;
        try (Connection connection = DriverManager.getConnection(url, role, cluster.password(role))) {
            return Sql.run(connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()")
                    .get(0)
                    .get(0);
        }
    }
}
