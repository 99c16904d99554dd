package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** The beginning of TLS, into which somebody in between can write. */
class TlsNegotiationTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("CA");
    private static final IssuedCertificate SERVER = CA.server("localhost").issue();
    private static final String FORGED = "SFATAL\0C28000\0Mcome to evil.example\0\0";

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"DISABLE", "ALLOW"})
    void bytes_in_clear_text_behind_the_consent_to_TLS_end_the_connection(SslMode mode) {
        byte[] injected = ("S" + error()).getBytes(US_ASCII);
        try (FakePostgres server = FakePostgres.answering(SERVER, injected)) {
            Dial dial = Dial.to(server.url(), "localhost", trusting(mode));
            assertThat(dial.outcome()).isEqualTo("TLS_HANDSHAKE");
            assertThat(dial.failure().orElseThrow().message()).contains("bytes in clear text");
            assertThat(server.logins()).isZero();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"DISABLE", "ALLOW"})
    void an_error_in_answer_to_the_TLS_request_ends_the_connection_and_is_never_shown(SslMode mode) {
        try (FakePostgres server = FakePostgres.answering(SERVER, error().getBytes(US_ASCII))) {
            Dial dial = Dial.to(server.url(), "localhost", trusting(mode));
            assertThat(dial.outcome()).isEqualTo("refused 08001");
            StringWriter everything = new StringWriter();
            dial.error().printStackTrace(new PrintWriter(everything));
            assertThat(everything.toString())
                    .contains("answered the request for TLS with an error")
                    .doesNotContain("evil");
            assertThat(server.connections()).as("plain text is not tried next").isEqualTo(1);
        }
    }

    @Test
    void the_probe_does_not_take_an_error_for_a_server_without_TLS() {
        try (FakePostgres server = FakePostgres.answering(SERVER, error().getBytes(US_ASCII));
                TlsContext context = TlsContext.open(trusting(SslMode.REQUIRE))) {
            TlsProbe probe = new TlsProbe(context, Duration.ofSeconds(10));
            assertThatThrownBy(() -> probe.dial("localhost", server.port()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("answered the request for TLS with an error")
                    .hasMessageNotContaining("evil");
        }
    }

    @Test
    void the_probe_tells_bytes_in_clear_text_as_a_connection_does() throws IOException {
        byte[] injected = ("S" + error()).getBytes(US_ASCII);
        try (FakePostgres server = FakePostgres.answering(SERVER, injected);
                TlsContext context = TlsContext.open(trusting(SslMode.REQUIRE))) {
            TlsProbeReport report = new TlsProbe(context, Duration.ofSeconds(10)).dial("localhost", server.port());
            assertThat(report.failure().orElseThrow().message()).contains("bytes in clear text");
        }
    }

    @Test
    void direct_TLS_without_the_protocol_of_PostgreSQL_ends_before_the_login() {
        try (FakePostgres server = FakePostgres.direct(SERVER, "")) {
            Dial dial = Dial.to(server.url(), "localhost", direct());
            assertThat(dial.outcome()).isEqualTo("TLS_NOT_OFFERED");
            assertThat(dial.failure().orElseThrow().message()).contains("ALPN");
            assertThat(dial.failure().orElseThrow().remedy()).contains("sslnegotiation=postgres");
            assertThat(server.logins()).isZero();
        }
    }

    @Test
    void direct_TLS_with_the_protocol_of_PostgreSQL_connects() {
        try (FakePostgres server = FakePostgres.direct(SERVER, "postgresql")) {
            assertThat(Dial.to(server.url(), "localhost", direct()).outcome()).isEqualTo("TLS");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "postgresql"})
    void the_probe_judges_direct_TLS_as_a_connection_does(String selected) throws IOException {
        try (FakePostgres server = FakePostgres.direct(SERVER, selected);
                TlsContext context = TlsContext.open(direct())) {
            TlsProbeReport report = new TlsProbe(context, Duration.ofSeconds(10)).dial("localhost", server.port());
            assertThat(report.failure().isEmpty()).isEqualTo(selected.equals("postgresql"));
        }
    }

    private static String error() {
        int length = FORGED.length() + 4;
        return "E\0\0\0" + (char) length + FORGED;
    }

    private static TlsConfig trusting(SslMode mode) {
        return TlsConfig.builder(mode).ca(TlsSource.inline(CA.certificate())).build();
    }

    private static TlsConfig direct() {
        return trusting(SslMode.VERIFY_FULL).toBuilder()
                .negotiation(SslNegotiation.DIRECT)
                .build();
    }
}
