package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTableTest {
    @ParameterizedTest
    @CsvSource({
        "Received fatal alert: protocol_version, TLS_PROTOCOL_VERSION",
        "No appropriate protocol (protocol is disabled or cipher suites are inappropriate), TLS_PROTOCOL_VERSION",
        "The server selected protocol version TLS11 is not accepted by client preferences [TLS12], TLS_PROTOCOL_VERSION",
        "Received fatal alert: handshake_failure, TLS_CIPHER",
        "'Unsupported or unrecognized SSL message', TLS_NOT_OFFERED",
        "Received fatal alert: certificate_required, CLIENT_CERT_REQUIRED",
        "Received fatal alert: unknown_ca, CLIENT_CERT_REJECTED",
        "Received fatal alert: bad_certificate, CLIENT_CERT_REJECTED",
        "Received fatal alert: certificate_expired, CLIENT_CERT_REJECTED",
        "Received fatal alert: internal_error, TLS_HANDSHAKE"
    })
    void an_alert_has_a_reason(String text, TlsReason reason) {
        assertThat(reason(driver("08006", new SSLHandshakeException(text)))).contains(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "08004, The server does not support SSL., TLS_NOT_OFFERED",
        "08004, 'Channel Binding is required, but the negotiated SCRAM mechanism does not use it', CHANNEL_BINDING",
        "28000, FATAL: connection requires a valid client certificate, CLIENT_CERT_REQUIRED",
        "28000, 'FATAL: certificate authentication failed for user \"app\"', CLIENT_CERT_REJECTED",
        "28000, 'FATAL: no pg_hba.conf entry for host \"10.1.2.3\", user \"app\", database \"app\", no encryption', HBA_REJECTED",
        "28000, 'FATAL: pg_hba.conf rejects connection for host \"::1\", user \"app\", database \"app\", SSL off', HBA_REJECTED",
        "28000, 'FATAL: no pg_hba.conf entry for host \"10.1.2.3\", user \"app\", database \"app\", SSL encryption', HBA_REJECTED",
        "28000, 'ВАЖНО: в pg_hba.conf нет записи для компьютера \"10.1.2.3\", пользователя \"app\", базы \"app\", без шифрования', HBA_REJECTED"
    })
    void a_refusal_has_a_reason(String state, String text, TlsReason reason) {
        assertThat(reason(new SQLException(text, state))).contains(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "28P01, password authentication failed for user",
        "28000, role \"app\" is not permitted to log in",
        "08004, The server requested SCRAM-based authentication but no password was provided.",
        "3D000, database \"app\" does not exist",
        "08001, Connection refused",
        "53300, remaining connection slots are reserved"
    })
    void what_has_nothing_to_do_with_TLS_has_none(String state, String text) {
        assertThat(reason(new SQLException(text, state))).isEmpty();
    }

    @Test
    void a_handshake_that_broke_off_is_no_verdict_on_trust() {
        SSLException reset = new SSLException("Connection reset", new SocketException("Connection reset"));
        Throwable ended =
                new SSLHandshakeException("Remote host terminated the handshake").initCause(new EOFException());
        assertThat(reason(driver("08006", reset))).isEmpty();
        assertThat(reason(driver("08006", ended))).isEmpty();
    }

    @Test
    void our_own_refusal_wins_over_every_text_around_it() {
        PeerRejectedException ours = new PeerRejectedException(TlsReason.TLS_REVOKED, "revoked", "renew");
        Throwable handshake = new SSLHandshakeException("Received fatal alert: handshake_failure").initCause(ours);
        assertThat(TlsFailure.of(driver("08006", handshake)))
                .contains(new TlsFailure(TlsReason.TLS_REVOKED, "revoked", "renew"));
    }

    @Test
    void a_circle_of_causes_ends() {
        IOException a = new IOException("a");
        IOException b = new IOException("b", a);
        a.initCause(b);
        assertThat(TlsFailure.of(a)).isEmpty();
    }

    @Test
    void the_exception_for_callers_keeps_the_drivers_state() {
        SQLException driver = driver("08006", new SSLHandshakeException("Received fatal alert: protocol_version"));
        TlsConnectException thrown = TlsFailure.of(driver).orElseThrow().toException(driver);
        assertThat(thrown.getSQLState()).isEqualTo("08006");
        assertThat((Throwable) thrown).hasCause(driver).hasMessageStartingWith("TLS_PROTOCOL_VERSION: ");
        assertThat(thrown.failure().remedy()).isNotBlank();
    }

    @Test
    void the_exception_for_callers_has_the_same_reason_message_and_remedy_again() {
        SQLException driver = driver("08006", new SSLHandshakeException("Received fatal alert: protocol_version"));
        TlsFailure failure = TlsFailure.of(driver).orElseThrow();
        assertThat(TlsFailure.of(failure.toException(driver))).contains(failure);
    }

    @Test
    void the_exception_for_callers_has_a_state_although_the_drivers_has_none() {
        SQLException driver = new SQLException("The server does not support SSL.", (String) null);
        assertThat(TlsFailure.notOffered().toException(driver).getSQLState()).isEqualTo("08006");
    }

    @Test
    void a_message_ends_without_a_full_stop_because_the_remedy_follows() {
        assertThat(TlsFailure.of(TlsReason.TLS_CIPHER, "None suits.").message()).isEqualTo("None suits");
    }

    private static SQLException driver(String state, Throwable cause) {
        return new SQLException("SSL error: " + cause.getMessage(), state, cause);
    }

    private static Optional<TlsReason> reason(Throwable thrown) {
        return TlsFailure.of(thrown).map(TlsFailure::reason);
    }
}
