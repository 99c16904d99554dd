package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Each certificate of a CA file counts, the root included; {@link LibpqComparisonIT} holds the same against libpq itself. */
class CaChainsTest {
    private static final String HOST = "db.example.test";
    private static final Duration DAY = Duration.ofDays(1);
    private static final MadeCertificate ROOT = MadeCertificate.ca("Root").issue();
    private static final MadeCertificate MIDDLE =
            MadeCertificate.ca("Middle").by(ROOT).issue();
    private static final MadeCertificate LEAF =
            MadeCertificate.server(HOST).by(MIDDLE).issue();

    @Test
    void an_intermediate_may_be_sent_or_stand_in_the_CA_file() {
        assertThat(verdict(ca(ROOT), "", LEAF, MIDDLE)).isEqualTo("accepted");
        assertThat(verdict(ca(ROOT, MIDDLE), "", LEAF)).isEqualTo("accepted");
        assertThat(verdict(ca(ROOT), "", LEAF)).startsWith("TLS_UNTRUSTED_CHAIN");
    }

    @Test
    void an_intermediate_in_the_CA_file_is_revoked_as_one_that_was_sent() {
        String lists = ROOT.crl(MIDDLE) + MIDDLE.crl();
        String said = "TLS_REVOKED: the CA certificate 'CN=Middle' is revoked";
        assertThat(verdict(ca(ROOT), lists, LEAF, MIDDLE)).isEqualTo(said);
        assertThat(verdict(ca(ROOT, MIDDLE), lists, LEAF, MIDDLE)).isEqualTo(said);
        assertThat(verdict(ca(ROOT, MIDDLE), lists, LEAF)).isEqualTo(said);
        assertThat(verdict(ca(ROOT, MIDDLE), ROOT.crl() + MIDDLE.crl(), LEAF)).isEqualTo("accepted");
    }

    @Test
    void the_list_of_every_CA_is_needed_the_root_included() {
        assertThat(verdict(ca(ROOT, MIDDLE), MIDDLE.crl(), LEAF))
                .startsWith("TLS_REVOCATION_UNKNOWN: no current CRL of 'CN=Root' covers ");
        assertThat(verdict(ca(ROOT, MIDDLE), ROOT.crl(), LEAF))
                .isEqualTo("TLS_REVOCATION_UNKNOWN: no current CRL of 'CN=Middle' covers the server's certificate 'CN="
                        + HOST + "'");
        assertThat(verdict(ca(ROOT, MIDDLE), ROOT.crl() + MIDDLE.crlEnded(Duration.ofMinutes(1)), LEAF))
                .startsWith("TLS_REVOCATION_UNKNOWN");
    }

    @Test
    void names_that_a_CA_may_not_issue_for_are_refused_wherever_the_CA_stands() {
        GeneralName allowed = new GeneralName(GeneralName.dNSName, "allowed.test");
        MadeCertificate root = MadeCertificate.ca("NC root").permits(allowed).issue();
        MadeCertificate middle =
                MadeCertificate.ca("NC middle").by(ROOT).permits(allowed).issue();
        MadeCertificate byMiddle = MadeCertificate.server(HOST).by(middle).issue();
        assertThat(verdict(ca(root), "", MadeCertificate.server(HOST).by(root).issue()))
                .startsWith("TLS_UNTRUSTED_CHAIN")
                .contains("name constraints");
        assertThat(verdict(ca(ROOT), "", byMiddle, middle)).contains("name constraints");
        assertThat(verdict(ca(ROOT, middle), "", byMiddle)).contains("name constraints");
        assertThat(verdict(
                        ca(root),
                        "",
                        MadeCertificate.server("a.allowed.test").by(root).issue()))
                .isEqualTo("accepted");
        assertThat(verdict(
                        ca(root),
                        "",
                        MadeCertificate.server("a.allowed.test")
                                .commonNameOnly()
                                .by(root)
                                .issue()))
                .isEqualTo("accepted");
        assertThat(verdict(
                        ca(root),
                        "",
                        MadeCertificate.server(HOST).commonNameOnly().by(root).issue()))
                .contains("common name", "name constraints");
    }

    @Test
    void a_copy_with_narrower_limits_in_the_CA_file_is_not_got_round_by_sending_a_wider_one() {
        MadeCertificate narrow = MadeCertificate.ca("Middle")
                .sameKeyAs(MIDDLE)
                .by(ROOT)
                .permits(new GeneralName(GeneralName.dNSName, "allowed.test"))
                .issue();
        assertThat(verdict(ca(ROOT, narrow), "", LEAF, MIDDLE)).contains("name constraints");
    }

    @Test
    void what_a_certificate_is_for_counts_for_every_link() {
        MadeCertificate forClients = MadeCertificate.ca("Clients")
                .purposes(KeyPurposeId.id_kp_clientAuth)
                .issue();
        MadeCertificate noCa = MadeCertificate.ca("No CA")
                .basic(new BasicConstraints(false))
                .usage(0)
                .issue();
        MadeCertificate noSigner =
                MadeCertificate.ca("No signer").usage(KeyUsage.digitalSignature).issue();
        assertThat(verdict(
                        ca(forClients),
                        "",
                        MadeCertificate.server(HOST).by(forClients).issue()))
                .isEqualTo(
                        "TLS_UNTRUSTED_CHAIN: the CA certificate 'CN=Clients' is not meant for servers (extended key usage)");
        assertThat(verdict(ca(noCa), "", MadeCertificate.server(HOST).by(noCa).issue()))
                .endsWith("is not a CA (basic constraints)");
        assertThat(verdict(
                        ca(noSigner),
                        "",
                        MadeCertificate.server(HOST).by(noSigner).issue()))
                .endsWith("may not sign certificates (key usage)");
        MadeCertificate signsOnly = MadeCertificate.server(HOST)
                .usage(KeyUsage.keyCertSign)
                .by(ROOT)
                .issue();
        assertThat(verdict(ca(ROOT), "", signsOnly)).endsWith("is not meant for TLS (key usage)");
    }

    @Test
    void what_the_runtime_itself_refuses_is_told_in_its_words() {
        MadeCertificate enciphers = MadeCertificate.server(HOST)
                .usage(KeyUsage.keyEncipherment)
                .by(ROOT)
                .issue();
        assertThat(verdict(ca(ROOT), "", enciphers)).contains("is refused: ").contains("KeyUsage");
    }

    /** The trust of the Java runtime: its own rules, in our words. */
    @Test
    void what_the_runtime_trusts_is_verified_by_its_rules() throws Exception {
        MadeCertificate ended =
                MadeCertificate.server(HOST).by(ROOT).ends(DAY.negated()).issue();
        MadeCertificate pinned =
                MadeCertificate.server(HOST).ends(DAY.negated()).issue();
        ChainVerifier verifier = ChainVerifier.ofRuntime(Set.of(ROOT.certificate(), pinned.certificate()), List.of());
        assertThat(verdict(verifier, LEAF, MIDDLE)).isEqualTo("accepted");
        assertThat(verdict(verifier, LEAF)).startsWith("TLS_UNTRUSTED_CHAIN");
        assertThat(verdict(verifier, ended)).startsWith("TLS_EXPIRED");
        assertThat(verdict(verifier, pinned)).startsWith("TLS_EXPIRED");
        ChainVerifier listing = ChainVerifier.ofRuntime(
                Set.of(ROOT.certificate()), Certificates.crls(TlsSource.inline(ROOT.crl(MIDDLE) + MIDDLE.crl())));
        assertThat(verdict(listing, LEAF, MIDDLE)).startsWith("TLS_REVOKED");
    }

    @Test
    void a_CA_of_the_file_that_is_out_of_its_time_is_told_as_the_CA() {
        MadeCertificate ended = MadeCertificate.ca("Ended").ends(DAY.negated()).issue();
        MadeCertificate leaf = MadeCertificate.server(HOST).by(ended).issue();
        assertThat(verdict(ca(ended, ROOT), "", leaf))
                .startsWith("TLS_TRUST_EXPIRED: the CA 'CN=Ended' in tls.ca expired on ");
        MadeCertificate endedMiddle =
                MadeCertificate.ca("Ended middle").by(ROOT).ends(DAY.negated()).issue();
        assertThat(verdict(
                        ca(ROOT),
                        "",
                        MadeCertificate.server(HOST).by(endedMiddle).issue(),
                        endedMiddle))
                .startsWith("TLS_EXPIRED: the CA certificate 'CN=Ended middle' expired on ");
    }

    @Test
    void weak_keys_and_signatures_are_refused_below_the_root() {
        MadeCertificate root = MadeCertificate.ca("Old root").digest("SHA1").issue();
        assertThat(verdict(ca(root), "", MadeCertificate.server(HOST).by(root).issue()))
                .isEqualTo("accepted");
        assertThat(verdict(
                        ca(ROOT),
                        "",
                        MadeCertificate.server(HOST).digest("SHA1").by(ROOT).issue()))
                .endsWith("is signed with SHA1withECDSA");
        assertThat(verdict(
                        ca(ROOT),
                        "",
                        MadeCertificate.server(HOST).rsa(1024).by(ROOT).issue()))
                .endsWith("has an RSA key of 1024 bits");
    }

    @Test
    void a_CA_is_found_beside_another_one_of_its_name() {
        MadeCertificate renewed = MadeCertificate.ca("Root").noKeyIds().issue();
        for (List<X509Certificate> file : List.of(ca(renewed, ROOT), ca(ROOT, renewed))) {
            assertThat(verdict(file, "", LEAF, MIDDLE)).isEqualTo("accepted");
        }
    }

    @Test
    void a_CA_file_without_a_root_is_refused_when_it_is_read() {
        TlsConfig config = TlsConfig.builder(SslMode.VERIFY_CA)
                .ca(TlsSource.inline(MIDDLE.pem() + LEAF.pem()))
                .build();
        assertThatThrownBy(() -> TlsMaterial.load(config))
                .isInstanceOf(TlsMaterialException.class)
                .hasMessageStartingWith("TLS_TRUST_FILE_INVALID: ")
                .hasMessageContaining("has no root")
                .hasMessageContaining("Add the certificate of 'CN=Root'");
    }

    /** As {@code openssl x509 -addreject serverAuth -trustout} writes it. */
    @Test
    void a_CA_with_trust_settings_of_OpenSSL_is_refused_when_it_is_read() throws Exception {
        byte[] certificate = ROOT.certificate().getEncoded();
        byte[] reject = HexFormat.of().parseHex("300ca00a06082b06010505070301");
        byte[] both = Arrays.copyOf(certificate, certificate.length + reject.length);
        System.arraycopy(reject, 0, both, certificate.length, reject.length);
        for (byte[] der : List.of(certificate, both)) {
            String pem = "-----BEGIN TRUSTED CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(der) + "\n-----END TRUSTED CERTIFICATE-----\n";
            TlsConfig config = TlsConfig.builder(SslMode.VERIFY_CA)
                    .ca(TlsSource.inline(pem))
                    .build();
            if (der == certificate) {
                assertThat(TlsMaterial.load(config).certificates()).hasSize(1);
            } else {
                assertThatThrownBy(() -> TlsMaterial.load(config)).hasMessageContaining("trust settings");
            }
        }
    }

    @Test
    void an_intermediate_whose_root_is_missing_is_told_with_the_remedy() {
        MadeCertificate other = MadeCertificate.ca("Other root").issue();
        assertThat(verdict(ca(other, MIDDLE), "", LEAF))
                .startsWith("TLS_UNTRUSTED_CHAIN")
                .contains("its issuer 'CN=Middle' is in tls.ca")
                .contains("without the root above it");
    }

    /** Ten of one name and key, each of which could have issued each: ten factorial paths. */
    @Test
    void certificates_that_all_issue_one_another_do_not_hold_up_a_handshake() {
        MadeCertificate first = MadeCertificate.ca("Loop").issue();
        List<MadeCertificate> sent = new ArrayList<>();
        sent.add(MadeCertificate.server(HOST).by(first).issue());
        for (int i = 0; i < 9; i++) {
            sent.add(MadeCertificate.ca("Loop").sameKeyAs(first).by(first).issue());
        }
        long begun = System.nanoTime();
        assertThat(verdict(ca(ROOT), "", sent.toArray(MadeCertificate[]::new))).startsWith("TLS_UNTRUSTED_CHAIN");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    private static List<X509Certificate> ca(MadeCertificate... certificates) {
        return Arrays.stream(certificates).map(MadeCertificate::certificate).toList();
    }

    private static String verdict(List<X509Certificate> file, String lists, MadeCertificate... sent) {
        try {
            List<X509CRL> crls = lists.isEmpty() ? List.of() : Certificates.crls(TlsSource.inline(lists));
            return verdict(ChainVerifier.ofCaFile(new LinkedHashSet<>(file), crls), sent);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** {@code accepted}, or code and message of the refusal. */
    private static String verdict(ChainVerifier verifier, MadeCertificate... sent) {
        try {
            verifier.verify(ca(sent).toArray(X509Certificate[]::new), "UNKNOWN", new Socket());
            return "accepted";
        } catch (PeerRejectedException refused) {
            return refused.reason() + ": " + refused.getMessage();
        } catch (CertificateException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }
}
