package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import dev.penstock.testkit.PostgresCluster;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mode against certificate, on a real server that admits both plain text and TLS; the same rows through libpq itself, which must agree on
 * connect or refuse. The one difference, on purpose: {@code prefer} with a CA does not go back to plain text after a failed verification.
 */
class TlsTruthTableIT {
    private static final CertificateAuthority CA = CertificateAuthority.create("Right CA");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Wrong CA");

    @TempDir
    static Path directory;

    private static PostgresCluster cluster;

    private enum Shown {
        GOOD(ca -> ca.server("localhost").issue()),
        WRONG_NAME(ca -> ca.server("db.example.org").issue()),
        WRONG_CA(ca -> OTHER.server("localhost").issue()),
        SELF_SIGNED(ca -> ca.server("localhost").selfSigned().issue()),
        EXPIRED(ca -> ca.server("localhost").expired().issue()),
        NOT_YET_VALID(ca -> ca.server("localhost").notYetValid().issue()),
        CN_ONLY(ca -> ca.server("localhost").commonNameOnly().issue()),
        WILDCARD(ca -> ca.server("*.localhost").issue()),
        INTERMEDIATE(ca -> ca.intermediate("Middle").server("localhost").issue()),
        NO_INTERMEDIATE(
                ca -> leafOnly(ca.intermediate("Middle").server("localhost").issue())),
        RSA(ca -> ca.server("localhost").key(KeyKind.RSA).issue());

        private final Function<CertificateAuthority, IssuedCertificate> maker;

        Shown(Function<CertificateAuthority, IssuedCertificate> maker) {
            this.maker = maker;
        }

        private static IssuedCertificate leafOnly(IssuedCertificate issued) {
            String end = "-----END CERTIFICATE-----\n";
            String leaf = issued.chain().substring(0, issued.chain().indexOf(end) + end.length());
            return new IssuedCertificate(leaf, issued.key(), issued.serialNumber());
        }
    }

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .certificateAuthority(CA)
                .hba("host all all all scram-sha-256")
                .start();
        CA.writeCertificate(directory.resolve("ca.pem"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GOOD,            plain, plain, TLS,                 TLS,                 TLS,                 TLS",
        "WRONG_NAME,      plain, plain, TLS,                 TLS,                 TLS,                 TLS_HOSTNAME_MISMATCH",
        "WRONG_CA,        plain, plain, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "SELF_SIGNED,     plain, plain, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "EXPIRED,         plain, plain, TLS_EXPIRED,         TLS_EXPIRED,         TLS_EXPIRED,         TLS_EXPIRED",
        "NOT_YET_VALID,   plain, plain, TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID",
        "CN_ONLY,         plain, plain, TLS,                 TLS,                 TLS,                 TLS",
        "WILDCARD,        plain, plain, TLS,                 TLS,                 TLS,                 TLS_HOSTNAME_MISMATCH",
        "INTERMEDIATE,    plain, plain, TLS,                 TLS,                 TLS,                 TLS",
        "NO_INTERMEDIATE, plain, plain, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "RSA,             plain, plain, TLS,                 TLS,                 TLS,                 TLS"
    })
    void with_the_right_CA(
            Shown shown, String disable, String allow, String prefer, String require, String verifyCa, String full) {
        cluster.replaceServerCertificate(shown.maker.apply(CA));
        String[] expected = {disable, allow, prefer, require, verifyCa, full};
        for (SslMode mode : SslMode.values()) {
            assertThat(dial(mode, ca(mode)).outcome()).as(mode.libpqName()).isEqualTo(expected[mode.ordinal()]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GOOD",
        "WRONG_NAME",
        "WRONG_CA",
        "SELF_SIGNED",
        "EXPIRED",
        "NOT_YET_VALID",
        "CN_ONLY",
        "WILDCARD",
        "INTERMEDIATE",
        "NO_INTERMEDIATE",
        "RSA"
    })
    void libpq_agrees_on_connect_or_refuse(Shown shown) {
        String libpq = Psql.version();
        cluster.replaceServerCertificate(shown.maker.apply(CA));
        for (SslMode mode : SslMode.values()) {
            for (Path ca : new Path[] {null, directory.resolve("ca.pem")}) {
                if (mode.verifiesCertificate() && ca == null) {
                    continue;
                }
                assertThat(dial(mode, mode == SslMode.DISABLE ? null : ca).error() == null)
                        .as("%s: %s, CA %s", libpq, mode.libpqName(), ca)
                        .isEqualTo(libpqConnects(mode, ca));
            }
        }
    }

    private static boolean libpqConnects(SslMode mode, Path ca) {
        String word = mode == SslMode.PREFER && ca != null ? SslMode.REQUIRE.libpqName() : mode.libpqName();
        return Psql.connects(
                word, cluster.primary().port(), ca, Psql.emptyHome(directory), cluster.password("appuser"));
    }

    private static Path ca(SslMode mode) {
        return mode == SslMode.DISABLE ? null : directory.resolve("ca.pem");
    }

    private static Dial dial(SslMode mode, Path ca) {
        TlsConfig config = TlsConfig.builder(mode)
                .ca(ca == null ? null : TlsSource.file(ca))
                .build();
        Properties login = new Properties();
        login.setProperty("user", "appuser");
        login.setProperty("password", cluster.password("appuser"));
        try (TlsContext context = TlsContext.open(config)) {
            return Dial.to(
                    "jdbc:postgresql://localhost:" + cluster.primary().port() + "/appdb", "localhost", context, login);
        }
    }
}
