package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Modes against situations, over loopback with a fake server: the fast half of the truth table of research §5. */
class TlsHandshakeTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("Right CA");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Wrong CA");
    private static final TlsSource RIGHT = TlsSource.inline(CA.certificate());

    /** What the server shows, by the name that the rows below use. */
    private enum Shown {
        GOOD(() -> CA.server("localhost").issue()),
        WRONG_CA(() -> OTHER.server("localhost").issue()),
        SELF_SIGNED(() -> CA.server("localhost").selfSigned().issue()),
        EXPIRED(() -> CA.server("localhost").expired().issue()),
        NOT_YET_VALID(() -> CA.server("localhost").notYetValid().issue()),
        WRONG_NAME(() -> CA.server("db.example.org", "10.1.2.3").issue()),
        CN_ONLY(() -> CA.server("localhost").commonNameOnly().issue()),
        NO_INTERMEDIATE(
                () -> leafOnly(CA.intermediate("Middle").server("localhost").issue())),
        INTERMEDIATE(() -> CA.intermediate("Middle").server("localhost").issue()),
        RSA(() -> CA.server("localhost").key(KeyKind.RSA).issue()),
        ED25519(() -> CA.server("localhost").key(KeyKind.ED25519).issue());

        private final IssuedCertificate certificate;

        Shown(Supplier<IssuedCertificate> maker) {
            certificate = maker.get();
        }

        private static IssuedCertificate leafOnly(IssuedCertificate issued) {
            String end = "-----END CERTIFICATE-----\n";
            String leaf = issued.chain().substring(0, issued.chain().indexOf(end) + end.length());
            return new IssuedCertificate(leaf, issued.key(), issued.serialNumber());
        }
    }

    /** Columns: with the right CA given; {@code require} verifies the chain then (libpq's root-file rule), and so does {@code prefer}. */
    @ParameterizedTest
    @CsvSource({
        "GOOD,            TLS,                 TLS,                 TLS,                 TLS",
        "WRONG_CA,        TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "SELF_SIGNED,     TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "EXPIRED,         TLS_EXPIRED,         TLS_EXPIRED,         TLS_EXPIRED,         TLS_EXPIRED",
        "NOT_YET_VALID,   TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID,   TLS_NOT_YET_VALID",
        "WRONG_NAME,      TLS,                 TLS,                 TLS,                 TLS_HOSTNAME_MISMATCH",
        "CN_ONLY,         TLS,                 TLS,                 TLS,                 TLS",
        "NO_INTERMEDIATE, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN, TLS_UNTRUSTED_CHAIN",
        "INTERMEDIATE,    TLS,                 TLS,                 TLS,                 TLS",
        "RSA,             TLS,                 TLS,                 TLS,                 TLS",
        "ED25519,         TLS,                 TLS,                 TLS,                 TLS"
    })
    void with_a_CA_every_mode_verifies_the_chain(
            Shown shown, String prefer, String require, String verifyCa, String verifyFull) {
        try (FakePostgres server = FakePostgres.with(shown.certificate)) {
            assertThat(outcome(server, SslMode.PREFER)).as("prefer").isEqualTo(prefer);
            assertThat(outcome(server, SslMode.REQUIRE)).as("require").isEqualTo(require);
            assertThat(outcome(server, SslMode.VERIFY_CA)).as("verify-ca").isEqualTo(verifyCa);
            assertThat(outcome(server, SslMode.VERIFY_FULL)).as("verify-full").isEqualTo(verifyFull);
        }
    }

    private static String outcome(FakePostgres server, SslMode mode) {
        TlsConfig config = TlsConfig.builder(mode).ca(RIGHT).build();
        return Dial.to(server.url(), "localhost", config).outcome();
    }

    /** An older driver would log in unbound: the handshake ends before it can. */
    @ParameterizedTest
    @CsvSource({"EC, ''", "RSA, ''", "ED25519, CHANNEL_BINDING"})
    void a_certificate_that_no_login_can_be_bound_to_is_refused_where_that_is_required(KeyKind signer, String reason)
            throws Exception {
        CertificateAuthority ca = CertificateAuthority.create("CA", signer);
        TlsConfig bound = TlsConfig.builder(SslMode.REQUIRE)
                .channelBinding(ChannelBinding.REQUIRE)
                .build();
        try (FakePostgres server = FakePostgres.with(ca.server("localhost").issue());
                TlsContext context = TlsContext.open(bound)) {
            assertThat(new TlsProbe(context, Duration.ofSeconds(20))
                            .dial("localhost", server.port())
                            .failure()
                            .map(failure -> failure.reason().name())
                            .orElse(""))
                    .isEqualTo(reason);
        }
    }

    @ParameterizedTest
    @EnumSource(Shown.class)
    void without_a_CA_require_takes_any_certificate(Shown shown) {
        try (FakePostgres server = FakePostgres.with(shown.certificate)) {
            assertThat(Dial.to(server.url(), "localhost", TlsConfig.require()).outcome())
                    .isEqualTo("TLS");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DISABLE, plain", "ALLOW, plain", "PREFER, plain",
        "REQUIRE, TLS_NOT_OFFERED", "VERIFY_CA, TLS_NOT_OFFERED", "VERIFY_FULL, TLS_NOT_OFFERED"
    })
    void a_server_without_TLS(SslMode mode, String outcome) {
        TlsSource ca = mode.verifiesCertificate() ? RIGHT : null;
        try (FakePostgres server = FakePostgres.withoutTls()) {
            Dial dial = Dial.to(
                    server.url(), "localhost", TlsConfig.builder(mode).ca(ca).build());
            assertThat(dial.outcome()).isEqualTo(outcome);
            assertThat(dial.proof()).isEmpty();
        }
    }

    @Test
    void a_wrong_name_lists_the_names_the_certificate_has() {
        try (FakePostgres server = FakePostgres.with(Shown.WRONG_NAME.certificate)) {
            Dial dial = Dial.to(
                    server.url(),
                    "localhost",
                    TlsConfig.builder(SslMode.VERIFY_FULL).ca(RIGHT).build());
            assertThat(dial.failure().orElseThrow().message())
                    .isEqualTo("the server's certificate is not for 'localhost' but for [db.example.org, 10.1.2.3]");
            assertThat(dial.error().getSQLState()).isEqualTo("08006");
        }
    }

    @Test
    void verify_name_is_looked_for_instead_of_the_host() {
        TlsConfig config = TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(RIGHT)
                .verifyName("db.example.org")
                .build();
        try (FakePostgres server = FakePostgres.with(Shown.WRONG_NAME.certificate)) {
            assertThat(Dial.to(server.url(), "localhost", config).outcome()).isEqualTo("TLS");
        }
    }

    @Test
    void the_name_of_the_attempt_counts_and_not_the_address_that_is_dialled() {
        TlsConfig config = TlsConfig.builder(SslMode.VERIFY_FULL).ca(RIGHT).build();
        try (FakePostgres server = FakePostgres.with(Shown.WRONG_NAME.certificate)) {
            assertThat(Dial.to(server.url(), "db.example.org", config).outcome())
                    .isEqualTo("TLS");
            assertThat(Dial.to(server.url(), "10.1.2.3", config).outcome()).isEqualTo("TLS");
        }
    }

    @Test
    void the_server_itself_as_anchor_is_trusted_until_it_expires() {
        try (FakePostgres self = FakePostgres.with(Shown.SELF_SIGNED.certificate);
                FakePostgres expired = FakePostgres.with(Shown.EXPIRED.certificate)) {
            String pins = Shown.SELF_SIGNED.certificate.chain() + Shown.EXPIRED.certificate.chain();
            TlsConfig config = TlsConfig.builder(SslMode.VERIFY_FULL)
                    .ca(TlsSource.inline(pins))
                    .build();
            assertThat(Dial.to(self.url(), "localhost", config).outcome()).isEqualTo("TLS");
            assertThat(Dial.to(expired.url(), "localhost", config).outcome()).isEqualTo("TLS_EXPIRED");
        }
    }

    @Test
    void an_untrusted_chain_says_what_was_sent() {
        try (FakePostgres server = FakePostgres.with(Shown.NO_INTERMEDIATE.certificate)) {
            TlsFailure failure = Dial.to(
                            server.url(), "localhost", TlsConfig.require().withCa(RIGHT))
                    .failure()
                    .orElseThrow();
            assertThat(failure.message()).contains("it was issued by 'CN=Middle', the server sent no intermediate");
            assertThat(failure.remedy()).contains("tls.ca");
        }
    }

    @Test
    void the_CA_may_be_one_of_many_in_a_file_or_directory(@org.junit.jupiter.api.io.TempDir Path directory) {
        OTHER.writeCertificate(directory.resolve("a.pem"));
        CA.writeCertificate(directory.resolve("b.pem"));
        TlsConfig folder = TlsConfig.verifyFull(directory);
        TlsConfig bundle = TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline("# bundle\n" + OTHER.certificate() + "\nRight:\n" + CA.certificate()))
                .build();
        try (FakePostgres server = FakePostgres.with(Shown.GOOD.certificate)) {
            assertThat(Dial.to(server.url(), "localhost", folder).outcome()).isEqualTo("TLS");
            assertThat(Dial.to(server.url(), "localhost", bundle).outcome()).isEqualTo("TLS");
        }
    }

    @Test
    void a_private_CA_is_not_in_the_trust_of_the_system() {
        try (FakePostgres server = FakePostgres.with(Shown.GOOD.certificate)) {
            assertThat(Dial.to(server.url(), "localhost", TlsConfig.verifyFull())
                            .outcome())
                    .isEqualTo("TLS_UNTRUSTED_CHAIN");
        }
    }

    @Test
    void a_CRL_refuses_what_it_lists_and_what_it_does_not_cover() {
        CertificateAuthority ca = CertificateAuthority.create("Revoking CA");
        IssuedCertificate good = ca.server("localhost").issue();
        IssuedCertificate revoked = ca.server("localhost").issue();
        ca.revoke(revoked);
        TlsConfig config = TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(ca.certificate()))
                .crl(TlsSource.inline(ca.crl()))
                .build();
        TlsConfig foreign =
                config.toBuilder().crl(TlsSource.inline(OTHER.crl())).build();
        TlsConfig unchecked = config.toBuilder().crl(null).build();
        try (FakePostgres goodServer = FakePostgres.with(good);
                FakePostgres revokedServer = FakePostgres.with(revoked)) {
            assertThat(Dial.to(goodServer.url(), "localhost", config).outcome()).isEqualTo("TLS");
            assertThat(Dial.to(revokedServer.url(), "localhost", config).outcome())
                    .isEqualTo("TLS_REVOKED");
            assertThat(Dial.to(goodServer.url(), "localhost", foreign).outcome())
                    .isEqualTo("TLS_REVOCATION_UNKNOWN");
            assertThat(Dial.to(revokedServer.url(), "localhost", unchecked).outcome())
                    .isEqualTo("TLS");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, TLS_1_2,        , TLS,                  TLSv1.2",
        "TLSv1.3, TLS_1_2,        , TLS,                  TLSv1.3",
        "TLSv1.3, TLS_1_2, TLS_1_2, TLS_PROTOCOL_VERSION, ",
        "TLSv1.2, TLS_1_3,        , TLS_PROTOCOL_VERSION, "
    })
    void versions_have_to_overlap(String server, TlsVersion min, TlsVersion max, String outcome, String negotiated) {
        TlsConfig config = TlsConfig.builder(SslMode.REQUIRE)
                .minVersion(min)
                .maxVersion(max)
                .build();
        try (FakePostgres fake = FakePostgres.with(Shown.GOOD.certificate, server)) {
            Dial dial = Dial.to(fake.url(), "localhost", config);
            assertThat(dial.outcome()).isEqualTo(outcome);
            assertThat(dial.facts().map(TlsFacts::protocol).orElse(null)).isEqualTo(negotiated);
        }
    }

    @Test
    void ciphers_have_to_overlap() {
        TlsConfig one = TlsConfig.builder(SslMode.REQUIRE)
                .ciphers(List.of("TLS_AES_128_GCM_SHA256"))
                .build();
        TlsConfig rsaOnly = TlsConfig.builder(SslMode.REQUIRE)
                .ciphers(List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
                .build();
        try (FakePostgres server = FakePostgres.with(Shown.GOOD.certificate)) {
            assertThat(Dial.to(server.url(), "localhost", one)
                            .facts()
                            .orElseThrow()
                            .cipherSuite())
                    .isEqualTo("TLS_AES_128_GCM_SHA256");
            assertThat(Dial.to(server.url(), "localhost", rsaOnly).outcome()).isEqualTo("TLS_CIPHER");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost",
        "LOCALHOST, localhost",
        "db_1, ''",
        "db.example.org, db.example.org",
        "127.0.0.1, ''",
        "[::1], ''",
        "::1, ''"
    })
    void the_hello_names_the_host_even_without_a_dot_but_never_an_address(String host, String name) {
        try (FakePostgres server = FakePostgres.with(Shown.GOOD.certificate)) {
            Dial.to(server.url(), host, TlsConfig.require());
            assertThat(server.serverNames()).containsExactly(name);
        }
    }

    @Test
    void the_name_in_the_hello_can_be_chosen_or_left_out() {
        TlsConfig off = TlsConfig.builder(SslMode.REQUIRE).sni(Sni.off()).build();
        TlsConfig other = TlsConfig.builder(SslMode.REQUIRE)
                .sni(Sni.of("shop.db.example.org"))
                .build();
        try (FakePostgres server = FakePostgres.with(Shown.GOOD.certificate)) {
            Dial.to(server.url(), "localhost", off);
            Dial.to(server.url(), "localhost", other);
            assertThat(server.serverNames()).containsExactly("", "shop.db.example.org");
        }
    }

    @Test
    void the_facts_are_of_this_very_connection() {
        IssuedCertificate issued = CA.server("localhost").issue();
        try (FakePostgres server = FakePostgres.with(issued);
                TlsContext context = TlsContext.open(TlsConfig.require())) {
            TlsFacts facts = Dial.to(server.url(), "localhost", context).facts().orElseThrow();
            CertificateReport expected = new ClientCertificates(issued).report();
            assertThat(facts.protocol()).isEqualTo("TLSv1.3");
            assertThat(facts.peer().fingerprint())
                    .isEqualTo(expected.fingerprint())
                    .hasSize(64);
            assertThat(facts.peer().notAfter()).isEqualTo(expected.notAfter());
            assertThat(facts.peer().subject()).isEqualTo("CN=localhost");
        }
    }

    /** Reads an issued certificate with the module's own parser, apart from any connection. */
    private record ClientCertificates(IssuedCertificate issued) {
        CertificateReport report() {
            SourceReader.Content content =
                    new SourceReader.Content("x", issued.chain().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return CertificateReport.of(
                    "server",
                    Certificates.parse(content, TlsReason.CLIENT_CERT_INVALID).get(0));
        }
    }
}
