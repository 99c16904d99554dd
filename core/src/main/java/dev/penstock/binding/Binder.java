package dev.penstock.binding;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a lazy connection gets its server from. Thread-safe. */
public interface Binder {
    /**
     * A connection for what is intended, in autocommit and with what the configuration says of sessions; the caller closes it,
     * which closes its statements too. It answers for a {@link dev.penstock.connect.SessionState}; one that does not is taken
     * to have a transaction open always.
     */
    Connection bind(Intent intent) throws SQLException;

    /** The database's name, as its servers say it; the configured one until one of them was asked. No I/O. */
    String catalog();

    /** Whether a node could serve it now, as far as is known. No I/O. */
    boolean canServe(Intent intent);
}
