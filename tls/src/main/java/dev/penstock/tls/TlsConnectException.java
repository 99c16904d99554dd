package dev.penstock.tls;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/**
 * A connection that TLS, or the login that rests on it, made impossible. Keeps the driver's SQLSTATE and exception (as cause) and adds the
 * reason and the remedy. Not transient: the same attempt fails until something is changed.
 */
public final class TlsConnectException extends SQLNonTransientConnectionException {
    private static final long serialVersionUID = 1L;

    private static final String CONNECTION_FAILURE = "08006";

    private final transient TlsFailure failure;

    TlsConnectException(TlsFailure failure, SQLException driver) {
        super(failure.summary(), stateOf(driver), driver.getErrorCode(), driver);
        this.failure = failure;
    }

    private static String stateOf(SQLException driver) {
        String state = driver.getSQLState();
        return state == null ? CONNECTION_FAILURE : state;
    }

    /** Reason, message and remedy. */
    public TlsFailure failure() {
        return failure;
    }
}
