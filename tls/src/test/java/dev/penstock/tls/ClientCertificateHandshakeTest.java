package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.FilePermissions;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import java.nio.file.Path;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Client certificates against a server that demands one inside the handshake. */
class ClientCertificateHandshakeTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("CA");
    private static final IssuedCertificate SERVER = CA.server("localhost").issue();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "RSA, TLSv1.2", "EC, TLSv1.2", "ED25519, TLSv1.2",
        "RSA, TLSv1.3", "EC, TLSv1.3", "ED25519, TLSv1.3"
    })
    void a_certificate_of_every_kind_is_shown(KeyKind kind, String protocol) {
        IssuedCertificate client = CA.client("app").key(kind).issue();
        try (FakePostgres server = FakePostgres.demanding(CA, SERVER, protocol)) {
            assertThat(Dial.to(server.url(), "localhost", showing(client)).outcome())
                    .isEqualTo("TLS");
            assertThat(server.clientCertificates())
                    .extracting(shown -> shown.getSubjectX500Principal().getName())
                    .containsExactly("CN=app");
        }
    }

    @Test
    void a_certificate_behind_an_intermediate_is_shown_with_it() {
        IssuedCertificate client = CA.intermediate("Middle").client("app").issue();
        try (FakePostgres server = FakePostgres.demanding(CA, SERVER)) {
            assertThat(Dial.to(server.url(), "localhost", showing(client)).outcome())
                    .isEqualTo("TLS");
        }
    }

    /** JSSE's own key manager would withhold it, and the server could only say that none came. */
    @Test
    void a_certificate_is_shown_whatever_issuers_the_server_lists() {
        ClientIdentity identity = ClientIdentity.load(
                showing(CA.client("app").key(KeyKind.EC).issue()).clientCertificate(), FilePermissions.STRICT, r -> {});
        X500Principal[] others = {new X500Principal("CN=Another CA")};
        ClientKeyChooser chooser = new ClientKeyChooser(identity);
        assertThat(chooser.chooseClientAlias(new String[] {"RSA", "EC"}, others, null))
                .isNotNull();
        assertThat(chooser.chooseClientAlias(new String[] {"RSA"}, null, null)).isNull();
    }

    private TlsConfig showing(IssuedCertificate client) {
        return TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(CA.certificate()))
                .build()
                .withClientCertificate(
                        client.writeChain(directory.resolve("client.crt")),
                        client.writeKey(directory.resolve("client.key")));
    }
}
