package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.secret.SecretFolder;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsMaterialTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("CA");

    @TempDir
    Path directory;

    private SecretFolder folder;

    @BeforeEach
    void open() {
        folder = new SecretFolder(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "'', TLS_TRUST_FILE_EMPTY",
        "'# only a comment', TLS_TRUST_FILE_INVALID",
        "'-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', TLS_TRUST_FILE_INVALID",
        "'-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', TLS_TRUST_FILE_EMPTY"
    })
    void a_CA_file_with_something_else_is_refused(String content, TlsReason reason) {
        Path file = folder.write("ca.pem", content);
        TlsMaterialException refused = refused(TlsConfig.verifyFull(file));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.file()).isEqualTo(file.toString());
        assertThat(refused).hasMessageContaining(refused.remedy());
    }

    @Test
    void a_missing_CA_file_and_an_empty_directory_are_refused() {
        assertThat(refused(TlsConfig.verifyFull(folder.path("absent"))).reason())
                .isEqualTo(TlsReason.TLS_TRUST_FILE_MISSING);
        assertThat(refused(TlsConfig.verifyFull(directory)).reason()).isEqualTo(TlsReason.TLS_TRUST_FILE_EMPTY);
    }

    @Test
    void a_CA_that_is_all_expired_is_refused_and_one_that_is_partly_so_is_kept() {
        String expired = CA.server("old").selfSigned().expired().issue().chain();
        assertThat(refused(TlsConfig.verifyFull(folder.write("ca.pem", expired)))
                        .reason())
                .isEqualTo(TlsReason.TLS_TRUST_EXPIRED);
        Path partly = folder.write("partly.pem", expired + CA.certificate());
        TlsMaterial material = TlsMaterial.load(TlsConfig.verifyFull(partly));
        assertThat(material.certificates()).hasSize(2);
        assertThat(material.expiringWithin(Duration.ofDays(1)))
                .extracting(CertificateReport::subject)
                .containsExactly("CN=old");
    }

    @Test
    void a_CRL_file_with_something_else_is_refused() {
        Path ca = CA.writeCertificate(directory.resolve("ca.pem"));
        for (Path crl : List.of(folder.write("empty.crl", ""), folder.path("absent"), ca)) {
            TlsConfig config = TlsConfig.verifyFull(ca).toBuilder()
                    .crl(TlsSource.file(crl))
                    .build();
            assertThat(refused(config).reason()).isEqualTo(TlsReason.TLS_CRL_INVALID);
        }
    }

    @Test
    void a_cipher_this_Java_does_not_have_is_refused_at_once() {
        TlsConfig config =
                TlsConfig.builder(SslMode.REQUIRE).ciphers(List.of("TLS_WISH")).build();
        TlsMaterialException refused = catchThrowableOfType(
                TlsMaterialException.class, () -> TlsContext.open(config).close());
        assertThat(refused.reason()).isEqualTo(TlsReason.TLS_CIPHER);
        assertThat(refused).hasMessageContaining("TLS_WISH").hasMessageContaining("TLS_AES_256_GCM_SHA384");
    }

    @Test
    void it_reports_subject_names_issuer_dates_and_fingerprint() {
        IssuedCertificate issued = CA.client("app").names("app.example.org").issue();
        TlsConfig config = TlsConfig.verifyFull(CA.writeCertificate(directory.resolve("ca.pem")))
                .withClientCertificate(
                        issued.writeChain(directory.resolve("c.pem")), issued.writeKey(directory.resolve("k.pem")));
        List<CertificateReport> reports = TlsMaterial.load(config).certificates();
        assertThat(reports).extracting(CertificateReport::role).containsExactly("ca", "client");
        CertificateReport client = reports.get(1);
        assertThat(client.subject()).isEqualTo("CN=app");
        assertThat(client.names()).containsExactly("app.example.org", "CN=app");
        assertThat(client.issuer()).isEqualTo("CN=CA");
        assertThat(Duration.between(client.notBefore(), client.notAfter())).isEqualTo(Duration.ofDays(30));
        assertThat(client.fingerprint()).matches("[0-9a-f]{64}");
    }

    @Test
    void the_trust_of_the_system_is_not_listed() {
        assertThat(TlsMaterial.load(TlsConfig.verifyFull()).certificates()).isEmpty();
    }

    private static TlsMaterialException refused(TlsConfig config) {
        return catchThrowableOfType(TlsMaterialException.class, () -> TlsMaterial.load(config));
    }
}
