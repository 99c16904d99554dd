package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mode against what a server offers and demands, with the CA given in every mode but {@code disable}; the same rows through libpq. One
 * server per row.
 */
class TlsServerTableIT {
    private static final CertificateAuthority CA = CertificateAuthority.create("Right CA");
    private static final String ANYBODY = "host all all all scram-sha-256";

    @TempDir
    static Path directory;

    private enum Server {
        NO_TLS("localhost", cluster -> cluster),
        TLS_ONLY("localhost", cluster -> cluster.certificateAuthority(CA)),
        PLAIN_ONLY(
                "localhost",
                cluster -> cluster.certificateAuthority(CA).hba("hostssl all appuser all reject", ANYBODY)),
        CLIENT_CERTIFICATE(
                "localhost", cluster -> cluster.certificateAuthority(CA).requireClientCertificates()),
        NEWER_TLS(
                "localhost",
                cluster -> cluster.certificateAuthority(CA)
                        .setting("ssl_min_protocol_version", "TLSv1.3")
                        .hba(ANYBODY)),
        REVOKED(
                "localhost",
                cluster -> cluster.certificateAuthority(CA)
                        .serverCertificate(revoked())
                        .hba(ANYBODY)),
        IPV6_NAME(
                "::1",
                cluster -> cluster.certificateAuthority(CA)
                        .serverCertificate(CA.server("localhost").names("::1").issue())
                        .hba(ANYBODY)),
        IPV6_OTHER_NAME(
                "::1",
                cluster -> cluster.certificateAuthority(CA)
                        .serverCertificate(CA.server("localhost")
                                .names("127.0.0.1", "::2", "localhost")
                                .issue())
                        .hba(ANYBODY));

        private final String host;
        private final UnaryOperator<PostgresClusterBuilder> setUp;

        Server(String host, UnaryOperator<PostgresClusterBuilder> setUp) {
            this.host = host;
            this.setUp = setUp;
        }

        private static IssuedCertificate revoked() {
            IssuedCertificate issued = CA.server("localhost").issue();
            CA.revoke(issued);
            return issued;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NO_TLS,             plain, plain, plain, TLS_NOT_OFFERED, TLS_NOT_OFFERED, TLS_NOT_OFFERED",
        "TLS_ONLY,           HBA_REJECTED, TLS, TLS, TLS, TLS, TLS",
        "PLAIN_ONLY,         plain, plain, plain, HBA_REJECTED, HBA_REJECTED, HBA_REJECTED",
        "CLIENT_CERTIFICATE, HBA_REJECTED, CLIENT_CERT_REQUIRED, CLIENT_CERT_REQUIRED, CLIENT_CERT_REQUIRED,"
                + " CLIENT_CERT_REQUIRED, CLIENT_CERT_REQUIRED",
        "NEWER_TLS,          plain, plain, TLS_PROTOCOL_VERSION, TLS_PROTOCOL_VERSION, TLS_PROTOCOL_VERSION,"
                + " TLS_PROTOCOL_VERSION",
        "REVOKED,            plain, plain, TLS_REVOKED, TLS_REVOKED, TLS_REVOKED, TLS_REVOKED",
        "IPV6_NAME,          plain, plain, TLS, TLS, TLS, TLS",
        "IPV6_OTHER_NAME,    plain, plain, TLS, TLS, TLS, TLS_HOSTNAME_MISMATCH",
    })
    void what_a_server_demands_meets_what_a_mode_demands(
            Server server, String disable, String allow, String prefer, String require, String verifyCa, String full)
            throws IOException {
        String[] expected = {disable, allow, prefer, require, verifyCa, full};
        try (PostgresCluster cluster =
                server.setUp.apply(PostgresCluster.builder().replicas(0)).start()) {
            CA.writeCertificate(directory.resolve("ca.pem"));
            Files.writeString(directory.resolve("crl.pem"), CA.crl());
            Map<SslMode, Dial> dials = new EnumMap<>(SslMode.class);
            for (SslMode mode : SslMode.values()) {
                dials.put(mode, dial(server, cluster, mode));
                assertThat(dials.get(mode).outcome()).as(mode.libpqName()).isEqualTo(expected[mode.ordinal()]);
            }
            String libpq = Psql.version();
            dials.forEach((mode, dial) -> assertThat(libpqConnects(server, cluster, mode))
                    .as("%s: %s", libpq, mode.libpqName())
                    .isEqualTo(dial.error() == null));
        }
    }

    private static Dial dial(Server server, PostgresCluster cluster, SslMode mode) {
        TlsConfig.Builder config = TlsConfig.builder(mode);
        if (mode != SslMode.DISABLE) {
            config.ca(TlsSource.file(directory.resolve("ca.pem")));
        }
        if (server == Server.REVOKED && mode != SslMode.DISABLE) {
            config.crl(TlsSource.file(directory.resolve("crl.pem")));
        }
        if (server == Server.NEWER_TLS) {
            config.maxVersion(TlsVersion.TLS_1_2);
        }
        Properties login = new Properties();
        login.setProperty("user", "appuser");
        login.setProperty("password", cluster.password("appuser"));
        String written = server.host.contains(":") ? "[" + server.host + "]" : server.host;
        try (TlsContext context = TlsContext.open(config.build())) {
            String url =
                    "jdbc:postgresql://" + written + ":" + cluster.primary().port() + "/appdb";
            return Dial.to(url, server.host, context, login);
        }
    }

    /** {@code prefer} does not go back to plain text here when TLS was offered and failed: compared with {@code require}. */
    private static boolean libpqConnects(Server server, PostgresCluster cluster, SslMode mode) {
        boolean stricter = mode == SslMode.PREFER && (server == Server.REVOKED || server == Server.NEWER_TLS);
        String target = "host=" + server.host + " port=" + cluster.primary().port() + " sslmode="
                + (stricter ? SslMode.REQUIRE : mode).libpqName();
        if (mode != SslMode.DISABLE) {
            target += " sslrootcert=" + directory.resolve("ca.pem");
        }
        if (server == Server.REVOKED) {
            target += " sslcrl=" + directory.resolve("crl.pem");
        }
        if (server == Server.NEWER_TLS) {
            target += " ssl_max_protocol_version=TLSv1.2";
        }
        return Psql.connects(target, Psql.emptyHome(directory), cluster.password("appuser"));
    }
}
