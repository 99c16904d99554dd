package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Hygiene;
import dev.penstock.config.Pooler;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * What a session is for, and how it is brought back to its beginning between two borrowers. Immutable.
 *
 * @param purpose what it was opened for
 * @param hygiene when it is reset
 * @param pooler what stands in between; a pooler that gives sessions for one transaction has none to reset
 */
record SessionRules(Purpose purpose, Hygiene hygiene, Pooler pooler) {
    /** A server that does not answer this within the time is not worth waiting for: the session is closed instead. */
    private static final int RESET_MILLIS = 2000;

    static SessionRules of(DatabaseConfig config, Purpose purpose) {
        return new SessionRules(
                purpose, config.session().hygiene(), config.session().pooler());
    }

    /** No I/O. */
    boolean needsReset(boolean tainted, PgConnection session) {
        return tainted || hygiene == Hygiene.ALWAYS || session.getTransactionState() != TransactionState.IDLE;
    }

    /**
     * One round trip, and one more when a transaction was left open by its text ({@code BEGIN}), of which a pool above
     * knows nothing.
     *
     * @param timeout what the socket waits with afterwards, in milliseconds
     */
    void reset(PgConnection session, int timeout) throws SQLException {
        session.setNetworkTimeout(Runnable::run, RESET_MILLIS);
        if (session.getTransactionState() != TransactionState.IDLE) {
            session.setAutoCommit(false);
            session.rollback();
        }
        session.setAutoCommit(true);
        session.setReadOnly(purpose.isReadOnly());
        // Nobody can ask for it. Without it the driver would go on to use prepared statements that are gone (26000).
        session.setFlushCacheOnDeallocate(true);
        if (pooler != Pooler.TRANSACTION) {
            try (Statement statement = session.createStatement()) {
                // Not every server gives back with the first the role that logins are given (ALTER ROLE … SET role).
                statement.execute("DISCARD ALL; RESET ROLE");
            }
        }
        // What arrived for the last borrower's LISTEN and was not read.
        session.getNotifications();
        session.setNetworkTimeout(Runnable::run, timeout);
    }
}
