package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.CertificateAuthority;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerNameTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("CA");

    /** Names of the certificate ("CN" stands before a common name; without one the first alternative name is the common name too). */
    @ParameterizedTest(name = "{0} in {1}: {2}")
    @CsvSource({
        "db.example.org, db.example.org, true",
        "DB.Example.ORG, db.example.org, true",
        "db.example.org., db.example.org, false",
        "db.example.org, other.example.org, false",
        "db.example.org, example.org, false",
        "localhost, localhost, true",
        "db.example.org, *.example.org, true",
        "DB.EXAMPLE.ORG, *.example.org, true",
        "a.db.example.org, *.example.org, false",
        "example.org, *.example.org, false",
        ".example.org, *.example.org, false",
        "db.example.org, d*.example.org, false",
        "db.example.org, *.*.org, false",
        "db.example.org, db.*.org, false",
        "db.example.org, *, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "::1, ::1, true",
        "[::1], ::1, true",
        "[0:0:0:0:0:0:0:1], ::1, true",
        "fe80::1%eth0, fe80::1, false",
        "2001:DB8::A, 2001:db8:0:0:0:0:0:a, true",
        "::2, ::1, false",
        "::ffff:127.0.0.1, 127.0.0.1, false",
        "127.0.0.1, ::ffff:127.0.0.1, false",
        "::ffff:127.0.0.1, ::ffff:127.0.0.1, true",
        "127.0.0.1, *.0.0.1, false",
        "127.0.0.1, localhost, false",
        "localhost, 127.0.0.1, false",
        "db.example.org, CN=db.example.org, true",
        "db.example.org, CN=*.example.org, true",
        "127.0.0.1, CN=127.0.0.1, true",
        "db.example.org, CN=db.example.org+other.example.org, false",
        "127.0.0.1, CN=127.0.0.1+other.example.org, true",
        "127.0.0.1, CN=127.0.0.1+10.0.0.1, false",
        "db.example.org, CN=db.example.org+10.0.0.1, true"
    })
    void names_are_compared_as_libpq_does(String host, String names, boolean matches) throws Exception {
        assertThat(ServerName.of(host).isIn(certificate(names))).isEqualTo(matches);
    }

    @Test
    void the_names_of_a_certificate_are_listed_for_messages() {
        assertThat(ServerName.namesIn(certificate("CN=old.example.org+db.example.org+10.0.0.1")))
                .containsExactly("db.example.org", "10.0.0.1", "CN=old.example.org");
    }

    @ParameterizedTest
    @CsvSource({"999.1.1.1", "1.2.3", "1.2.3.4.5", "zz::1:x", "db:5432", "::gg"})
    void what_only_looks_like_an_address_is_a_name_and_never_asked_of_DNS(String text) {
        assertThat(ServerName.of(text).isAddress()).isFalse();
    }

    private static X509Certificate certificate(String names) {
        String pem;
        if (names.startsWith("CN=")) {
            String[] parts = names.substring(3).split("\\+", 2);
            var request = CA.server(parts[0]).commonNameOnly();
            pem = (parts.length == 1 ? request : request.names(parts[1].split("\\+")))
                    .issue()
                    .chain();
        } else {
            pem = CA.server("unrelated common name").names(names).issue().chain();
        }
        SourceReader.Content content = new SourceReader.Content("test", pem.getBytes(UTF_8));
        return Certificates.parse(content, TlsReason.CLIENT_CERT_INVALID).get(0);
    }
}
