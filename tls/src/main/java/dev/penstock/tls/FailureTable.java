package dev.penstock.tls;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The table from what the driver threw to a {@link TlsFailure}. Most certain first: our own typed refusal, then JSSE's texts (which are
 * not translated), then SQLSTATE with the driver's and the server's texts (English; translated ones are left to {@link TlsAttempt},
 * which knows what was tried).
 */
final class FailureTable {
    private static final int MAX_CAUSES = 20;
    private static final String INVALID_AUTHORIZATION = "28000";
    private static final String CONNECTION_REJECTED = "08004";

    /** Text of an SSLException (lower case) to reason; the first row that matches counts. */
    private static final List<Row> ALERTS = List.of(
            new Row("protocol_version", TlsReason.TLS_PROTOCOL_VERSION),
            new Row("no appropriate protocol", TlsReason.TLS_PROTOCOL_VERSION),
            new Row("selected protocol version", TlsReason.TLS_PROTOCOL_VERSION),
            new Row("no_application_protocol", TlsReason.TLS_NOT_OFFERED),
            new Row("unrecognized ssl message", TlsReason.TLS_NOT_OFFERED),
            new Row("certificate_required", TlsReason.CLIENT_CERT_REQUIRED),
            new Row("handshake_failure", TlsReason.TLS_CIPHER),
            new Row("insufficient_security", TlsReason.TLS_CIPHER),
            new Row("unknown_ca", TlsReason.CLIENT_CERT_REJECTED),
            new Row("bad_certificate", TlsReason.CLIENT_CERT_REJECTED),
            new Row("unsupported_certificate", TlsReason.CLIENT_CERT_REJECTED),
            new Row("certificate_revoked", TlsReason.CLIENT_CERT_REJECTED),
            new Row("certificate_expired", TlsReason.CLIENT_CERT_REJECTED),
            new Row("certificate_unknown", TlsReason.CLIENT_CERT_REJECTED),
            new Row("decrypt_error", TlsReason.CLIENT_CERT_REJECTED));

    /** Text of an SQLException of SQLSTATE 28000 (lower case) to reason. */
    private static final List<Row> REFUSED_LOGINS = List.of(
            new Row("valid client certificate", TlsReason.CLIENT_CERT_REQUIRED),
            new Row("certificate authentication failed", TlsReason.CLIENT_CERT_REJECTED),
            // The name of the file is in no language another one; whether it has no line or one that rejects, only the
            // words say.
            new Row("pg_hba.conf", TlsReason.HBA_REJECTED));

    /** Text of an SQLException of SQLSTATE 08004 (lower case) to reason. */
    private static final List<Row> REFUSED_CONNECTIONS = List.of(
            new Row("does not support ssl", TlsReason.TLS_NOT_OFFERED),
            new Row("channel binding", TlsReason.CHANNEL_BINDING));

    private FailureTable() {}

    static Optional<TlsFailure> of(Throwable thrown) {
        List<Throwable> chain = chain(thrown);
        return typed(chain).or(() -> alert(chain)).or(() -> refused(chain));
    }

    private static Optional<TlsFailure> typed(List<Throwable> chain) {
        for (Throwable link : chain) {
            if (link instanceof TlsConnectException known && known.failure() != null) {
                return Optional.of(known.failure());
            }
            if (link instanceof Reasoned reasoned) {
                return Optional.of(
                        new TlsFailure(reasoned.reason(), String.valueOf(link.getMessage()), reasoned.remedy()));
            }
        }
        return Optional.empty();
    }

    private static Optional<TlsFailure> alert(List<Throwable> chain) {
        for (Throwable link : chain) {
            if (link instanceof SSLException) {
                String text = String.valueOf(link.getMessage());
                return match(ALERTS, text)
                        .or(() -> isBrokenOff(chain) ? Optional.empty() : Optional.of(TlsReason.TLS_HANDSHAKE))
                        .map(reason -> TlsFailure.of(reason, text));
            }
        }
        return Optional.empty();
    }

    /** End of stream, reset or timeout in mid-handshake: the server was lost, which says nothing about trust. */
    private static boolean isBrokenOff(List<Throwable> chain) {
        return chain.stream().anyMatch(link -> link instanceof IOException && !(link instanceof SSLException));
    }

    /** Reset, broken pipe or end of stream, and no timeout. */
    static boolean isCutOff(Throwable thrown) {
        return chain(thrown).stream().anyMatch(link -> link instanceof SocketException || link instanceof EOFException);
    }

    private static Optional<TlsFailure> refused(List<Throwable> chain) {
        for (Throwable link : chain) {
            if (link instanceof SQLException refusal && refusal.getSQLState() != null) {
                String text = String.valueOf(refusal.getMessage());
                Optional<TlsReason> reason = switch (refusal.getSQLState()) {
                    case INVALID_AUTHORIZATION -> match(REFUSED_LOGINS, text);
                    case CONNECTION_REJECTED -> match(REFUSED_CONNECTIONS, text);
                    default -> Optional.empty();
                };
                if (reason.isPresent()) {
                    return reason.map(found ->
                            found == TlsReason.TLS_NOT_OFFERED ? TlsFailure.notOffered() : TlsFailure.of(found, text));
                }
            }
        }
        return Optional.empty();
    }

    /** SQLSTATE 08004, which the driver gives when the server offers no TLS, and for little else. */
    static boolean isRejectedConnection(Throwable thrown) {
        return thrown instanceof SQLException refusal && CONNECTION_REJECTED.equals(refusal.getSQLState());
    }

    private static Optional<TlsReason> match(List<Row> rows, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return rows.stream()
                .filter(row -> lower.contains(row.text()))
                .map(Row::reason)
                .findFirst();
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Throwable link = thrown;
        while (link != null && chain.size() < MAX_CAUSES) {
            chain.add(link);
            link = link.getCause();
        }
        return chain;
    }

    private record Row(String text, TlsReason reason) {}
}
