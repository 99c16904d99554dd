package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificateAuthorityTest {
    private final CertificateAuthority authority = CertificateAuthority.create("Root");

    private static List<X509Certificate> parse(String pem) throws Exception {
        Collection<?> all = factory().generateCertificates(bytes(pem));
        return all.stream().map(X509Certificate.class::cast).toList();
    }

    private static CertificateFactory factory() throws Exception {
        return CertificateFactory.getInstance("X.509");
    }

    private static ByteArrayInputStream bytes(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @EnumSource
    void every_kind_of_key_can_sign_and_be_certified(KeyKind kind) throws Exception {
        CertificateAuthority root = CertificateAuthority.create("Root", kind);
        X509Certificate issued =
                parse(root.server("localhost").key(kind).issue().chain()).get(0);
        issued.verify(parse(root.certificate()).get(0).getPublicKey());
        assertThat(root.server("localhost").key(kind).issue().key()).startsWith("-----BEGIN PRIVATE KEY-----");
    }

    @Test
    void names_and_addresses_are_told_apart() throws Exception {
        X509Certificate issued = parse(authority
                        .server("db.example.org", "10.1.2.3", "::1")
                        .issue()
                        .chain())
                .get(0);
        assertThat(issued.getSubjectAlternativeNames())
                .containsExactly(List.of(2, "db.example.org"), List.of(7, "10.1.2.3"), List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(issued.getSubjectX500Principal().getName()).isEqualTo("CN=db.example.org");
        assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    }

    @Test
    void a_client_has_its_purpose_and_a_common_name_may_stand_alone() throws Exception {
        assertThat(parse(authority.client("appuser").issue().chain()).get(0).getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(parse(authority.server("localhost").commonNameOnly().issue().chain())
                        .get(0)
                        .getSubjectAlternativeNames())
                .isNull();
    }

    @Test
    void validity_can_be_past_or_future() throws Exception {
        X509Certificate expired =
                parse(authority.server("localhost").expired().issue().chain()).get(0);
        assertThatThrownBy(expired::checkValidity).isInstanceOf(CertificateExpiredException.class);
        X509Certificate future = parse(
                        authority.server("localhost").notYetValid().issue().chain())
                .get(0);
        assertThatThrownBy(future::checkValidity).isInstanceOf(CertificateNotYetValidException.class);
    }

    @Test
    void an_intermediate_one_is_in_the_chain_and_signed_by_the_root() throws Exception {
        List<X509Certificate> chain = parse(
                authority.intermediate("Below").server("localhost").issue().chain());
        assertThat(chain).hasSize(2);
        chain.get(0).verify(chain.get(1).getPublicKey());
        chain.get(1).verify(parse(authority.certificate()).get(0).getPublicKey());
        assertThat(chain.get(1).getBasicConstraints()).isNotNegative();
    }

    @Test
    void the_list_names_what_was_revoked() throws Exception {
        IssuedCertificate bad = authority.client("mallory").issue();
        IssuedCertificate good = authority.client("alice").issue();
        authority.revoke(bad);
        X509CRL list = (X509CRL) factory().generateCRL(bytes(authority.crl()));
        list.verify(parse(authority.certificate()).get(0).getPublicKey());
        assertThat(list.isRevoked(parse(bad.chain()).get(0))).isTrue();
        assertThat(list.isRevoked(parse(good.chain()).get(0))).isFalse();
    }

    @Test
    void a_key_is_never_printed() {
        IssuedCertificate issued = authority.client("appuser").issue();
        assertThat(issued.toString()).doesNotContain("PRIVATE").contains("***");
    }
}
