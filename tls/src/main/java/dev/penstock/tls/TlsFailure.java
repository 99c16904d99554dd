package dev.penstock.tls;

import java.sql.SQLException;
import java.util.Optional;

/**
 * A connection failure in words a caller can act on.
 *
 * @param reason the stable code
 * @param message what happened, with names and dates, in one line; no secret
 * @param remedy what to do
 */
public record TlsFailure(TlsReason reason, String message, String remedy) {
    public TlsFailure {
        // The remedy is its own sentence, and the driver's and the server's texts end as they like.
        message = ServerText.inOneLine(message).replaceFirst("\\.$", "");
    }

    /**
     * Finds the TLS reason in a driver's exception: our own refusals in the cause chain, TLS alerts, and the texts of pgjdbc and
     * the server. {@link TlsAttempt#failure} knows more (the configuration, and what was tried) and is to be preferred.
     *
     * @return empty when the failure has nothing to do with TLS
     */
    public static Optional<TlsFailure> of(Throwable thrown) {
        return FailureTable.of(thrown);
    }

    /** In our words: the driver's are of the language of the JVM. */
    static TlsFailure notOffered() {
        return of(TlsReason.TLS_NOT_OFFERED, "the server offers no TLS");
    }

    static TlsFailure of(TlsReason reason, String message) {
        return new TlsFailure(reason, message, reason.remedy());
    }

    /** The exception for a caller of JDBC: the driver's SQLSTATE, this reason and remedy, the driver's exception as cause. */
    public TlsConnectException toException(SQLException driver) {
        return new TlsConnectException(this, driver);
    }

    /** One line for a log: code, message, remedy. */
    public String summary() {
        return reason + ": " + message + ". " + remedy;
    }
}
