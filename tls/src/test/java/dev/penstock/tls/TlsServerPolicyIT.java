package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.Direction;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterBuilder;
import dev.penstock.testkit.TcpProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

/** What real servers demand and refuse, and what they themselves say about the connection. */
class TlsServerPolicyIT {
    @TempDir
    Path directory;

    @Test
    void a_server_without_TLS_is_refused_from_require_up() {
        try (PostgresCluster cluster = single().start()) {
            assertThat(dial(cluster, TlsConfig.prefer()).outcome()).isEqualTo("plain");
            assertThat(dial(cluster, TlsConfig.require()).outcome()).isEqualTo("TLS_NOT_OFFERED");
            assertThat(dial(cluster, TlsConfig.verifyFull(cluster.certificates().caFile()))
                            .outcome())
                    .isEqualTo("TLS_NOT_OFFERED");
        }
    }

    @Test
    void a_server_that_admits_TLS_only_says_so_to_plain_text() {
        try (PostgresCluster cluster = single().tls(true).start()) {
            assertThat(dial(cluster, TlsConfig.disabled()).outcome()).isEqualTo("HBA_REJECTED");
            assertThat(dial(cluster, TlsConfig.builder(SslMode.ALLOW).build()).outcome())
                    .isEqualTo("TLS");
            assertThat(dial(cluster, TlsConfig.prefer()).outcome()).isEqualTo("TLS");
        }
    }

    @Test
    void a_server_that_refuses_TLS_by_rule_makes_prefer_plain_and_that_is_seen() {
        PostgresClusterBuilder plainOnly =
                single().tls(true).hba("hostssl all appuser all reject", "host all all all scram-sha-256");
        try (PostgresCluster cluster = plainOnly.start()) {
            Dial prefer = dial(cluster, TlsConfig.prefer());
            assertThat(prefer.outcome())
                    .as("facts of the first, refused TLS socket must not be taken for ours")
                    .isEqualTo("plain");
            assertThat(dial(cluster, TlsConfig.require()).outcome()).isEqualTo("HBA_REJECTED");
        }
    }

    @Test
    void a_server_with_TLS_1_3_only() {
        PostgresClusterBuilder modern = single().tls(true).setting("ssl_min_protocol_version", "TLSv1.3");
        try (PostgresCluster cluster = modern.start()) {
            TlsConfig old = TlsConfig.builder(SslMode.REQUIRE)
                    .maxVersion(TlsVersion.TLS_1_2)
                    .build();
            assertThat(dial(cluster, old).outcome()).isEqualTo("TLS_PROTOCOL_VERSION");
            assertThat(dial(cluster, TlsConfig.require()).facts().orElseThrow().protocol())
                    .isEqualTo("TLSv1.3");
        }
    }

    @Test
    void every_format_of_client_key_is_admitted() throws Exception {
        try (PostgresCluster cluster = single().requireClientCertificates().start()) {
            CertificateAuthority ca = cluster.certificates().authority();
            for (KeyKind kind : KeyKind.values()) {
                IssuedCertificate issued = ca.client("appuser").key(kind).issue();
                Path chain = issued.writeChain(directory.resolve(kind + ".crt"));
                for (Map.Entry<String, byte[]> format : formats(issued, kind).entrySet()) {
                    Path key = key(kind + format.getKey(), format.getValue());
                    Path certificate = format.getKey().endsWith("12") ? key : chain;
                    ClientCertificate client = ClientCertificate.of(certificate, key)
                            .withKeyPassword(PasswordSource.literal(KeyFiles.PASSWORD));
                    TlsConfig config = TlsConfig.verifyFull(
                                    cluster.certificates().caFile())
                            .withClientCertificate(client);
                    assertThat(dial(cluster, config).outcome())
                            .as(kind + format.getKey())
                            .isEqualTo("TLS");
                }
            }
        }
    }

    private static Map<String, byte[]> formats(IssuedCertificate issued, KeyKind kind) throws Exception {
        KeyFiles files = new KeyFiles(issued);
        Map<String, byte[]> formats = new LinkedHashMap<>();
        formats.put(".pem", files.pkcs8().getBytes());
        formats.put(".pk8", files.pkcs8Der());
        formats.put(
                "-aes.pem", files.encrypted(NISTObjectIdentifiers.id_aes256_CBC).getBytes());
        formats.put(
                "-3des.pem",
                files.encrypted(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC)
                        .getBytes());
        formats.put(".p12", files.pkcs12("whatever"));
        if (kind != KeyKind.ED25519) {
            formats.put("-traditional.pem", files.traditional().getBytes());
            formats.put("-traditional.der", files.traditionalDer());
        }
        return formats;
    }

    @Test
    void a_missing_or_foreign_client_certificate_has_its_own_code() {
        try (PostgresCluster cluster = single().requireClientCertificates().start()) {
            TlsConfig none = TlsConfig.verifyFull(cluster.certificates().caFile());
            assertThat(dial(cluster, none).outcome()).isEqualTo("CLIENT_CERT_REQUIRED");
            IssuedCertificate foreign =
                    CertificateAuthority.create("Foreign").client("appuser").issue();
            for (TlsVersion version : TlsVersion.values()) {
                TlsConfig config = showing(
                        none.toBuilder().maxVersion(version).minVersion(version).build(), foreign);
                assertThat(dial(cluster, config).outcome())
                        .as(version.libpqName())
                        .isEqualTo("CLIENT_CERT_REJECTED");
            }
        }
    }

    @Test
    void the_server_itself_says_what_our_facts_say() throws Exception {
        try (PostgresCluster cluster = single().tls(true).start();
                TlsContext context = TlsContext.open(
                        TlsConfig.verifyFull(cluster.certificates().caFile()));
                TlsAttempt attempt = context.attempt("localhost");
                Connection connection = connect(cluster, attempt);
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("select ssl, version, cipher from pg_stat_ssl where pid = pg_backend_pid()")) {
            TlsFacts facts = attempt.facts().orElseThrow();
            assertThat(row.next()).isTrue();
            assertThat(row.getBoolean("ssl")).isTrue();
            assertThat(row.getString("version")).isEqualTo(facts.protocol());
            assertThat(row.getString("cipher")).isEqualTo(facts.cipherSuite());
            assertThat(attempt.proof()).isEmpty();
        }
    }

    @Test
    void the_login_can_be_bound_to_the_TLS_connection() {
        CertificateAuthority ca = CertificateAuthority.create("CA");
        TlsConfig bound = TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(ca.certificate()))
                .channelBinding(ChannelBinding.REQUIRE)
                .build();
        try (PostgresCluster cluster = single().certificateAuthority(ca).start()) {
            assertThat(dial(cluster, bound).outcome()).isEqualTo("TLS");
        }
        CertificateAuthority edwards = CertificateAuthority.create("Ed", KeyKind.ED25519);
        try (PostgresCluster cluster = single().certificateAuthority(edwards).start()) {
            TlsConfig config = bound.withCa(TlsSource.inline(edwards.certificate()));
            assertThat(dial(cluster, config).outcome()).isEqualTo("CHANNEL_BINDING");
        }
    }

    @Test
    void direct_negotiation_saves_the_question_where_the_server_can() {
        try (PostgresCluster cluster = single().tls(true).start()) {
            TlsConfig direct = TlsConfig.verifyFull(cluster.certificates().caFile()).toBuilder()
                    .negotiation(SslNegotiation.DIRECT)
                    .build();
            boolean canDirect = serverVersion(cluster) >= 17;
            assertThat(dial(cluster, direct).error() == null).isEqualTo(canDirect);
        }
    }

    @Test
    void after_the_TLS_request_no_byte_is_in_clear_text() {
        try (PostgresCluster cluster = single().tls(true).start();
                TcpProxy proxy = TcpProxy.open("localhost", cluster.primary().port())) {
            proxy.capture(Direction.values()[0]);
            proxy.capture(Direction.values()[1]);
            TlsConfig ca = TlsConfig.verifyFull(cluster.certificates().caFile());
            for (SslMode mode : new SslMode[] {SslMode.REQUIRE, SslMode.VERIFY_CA, SslMode.VERIFY_FULL}) {
                Dial dial = dial(cluster, ca.toBuilder().mode(mode).build(), proxy.port());
                assertThat(dial.outcome()).isEqualTo("TLS");
            }
            assertOnlyTlsRecords(
                    proxy.captured(Direction.CLIENT_TO_SERVER), HexFormat.of().parseHex("0000000804d2162f"));
            assertOnlyTlsRecords(proxy.captured(Direction.SERVER_TO_CLIENT), new byte[] {'S'});
        }
    }

    /** Three connections one after the other: each is the question or its answer, and then TLS records to the last byte. */
    private static void assertOnlyTlsRecords(byte[] captured, byte[] start) {
        String hex = HexFormat.of().formatHex(captured);
        assertThat(hex).doesNotContain(HexFormat.of().formatHex("appuser".getBytes(StandardCharsets.US_ASCII)));
        int connections = 0;
        int at = 0;
        while (at < captured.length) {
            if (Arrays.equals(captured, at, at + start.length, start, 0, start.length)) {
                connections++;
                at += start.length;
            }
            assertThat(captured[at]).as("type of the TLS record at byte " + at).isBetween((byte) 20, (byte) 23);
            assertThat(captured[at + 1]).as("its version").isEqualTo((byte) 3);
            at += 5 + (Byte.toUnsignedInt(captured[at + 3]) << 8) + Byte.toUnsignedInt(captured[at + 4]);
        }
        assertThat(at).as("the last record is whole").isEqualTo(captured.length);
        assertThat(connections).isEqualTo(3);
    }

    @Test
    void certificates_of_server_and_client_rotate_without_a_failed_connection() throws Exception {
        try (PostgresCluster cluster = single().requireClientCertificates().start()) {
            CertificateAuthority ca = cluster.certificates().authority();
            TlsConfig config = showing(
                    TlsConfig.verifyFull(cluster.certificates().caFile()),
                    ca.client("appuser").issue());
            try (TlsContext context = TlsContext.open(config)) {
                for (int rotation = 1; rotation <= 3; rotation++) {
                    IssuedCertificate server = ca.server("localhost").issue();
                    cluster.replaceServerCertificate(server);
                    showing(config, ca.client("appuser").issue());
                    Dial dial = dial(cluster, context, cluster.primary().port());
                    assertThat(dial.outcome()).isEqualTo("TLS");
                }
            }
        }
    }

    private static PostgresClusterBuilder single() {
        return PostgresCluster.builder().replicas(0);
    }

    private TlsConfig showing(TlsConfig config, IssuedCertificate client) {
        return config.withClientCertificate(
                client.writeChain(directory.resolve("client.crt")), client.writeKey(directory.resolve("client.key")));
    }

    private Path key(String name, byte[] content) throws Exception {
        Path file = Files.write(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static int serverVersion(PostgresCluster cluster) {
        try (Connection connection = cluster.primary().connect()) {
            return connection.getMetaData().getDatabaseMajorVersion();
        } catch (java.sql.SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static Dial dial(PostgresCluster cluster, TlsConfig config) {
        return dial(cluster, config, cluster.primary().port());
    }

    private static Dial dial(PostgresCluster cluster, TlsConfig config, int port) {
        try (TlsContext context = TlsContext.open(config)) {
            return dial(cluster, context, port);
        }
    }

    private static Dial dial(PostgresCluster cluster, TlsContext context, int port) {
        return Dial.to("jdbc:postgresql://localhost:" + port + "/appdb", "localhost", context, login(cluster));
    }

    private static Connection connect(PostgresCluster cluster, TlsAttempt attempt) throws Exception {
        Properties properties = login(cluster);
        properties.putAll(attempt.driverProperties());
        return new Driver()
                .connect("jdbc:postgresql://localhost:" + cluster.primary().port() + "/appdb", properties);
    }

    private static Properties login(PostgresCluster cluster) {
        Properties login = new Properties();
        login.setProperty("user", "appuser");
        login.setProperty("password", cluster.password("appuser"));
        return login;
    }
}
