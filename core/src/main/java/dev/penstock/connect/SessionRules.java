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
     */
    void reset(PgConnection session) throws SQLException {
        int timeout = session.getNetworkTimeout();
        session.setNetworkTimeout(Runnable::run, RESET_MILLIS);
        if (session.getTransactionState() != TransactionState.IDLE) {
            session.setAutoCommit(false);
            session.rollback();
        }
        session.setAutoCommit(true);
        if (pooler != Pooler.TRANSACTION) {
            try (Statement statement = session.createStatement()) {
                statement.execute("DISCARD ALL");
            }
        }
        // What arrived for the last borrower's LISTEN and was not read.
        session.getNotifications();
        session.setNetworkTimeout(Runnable::run, timeout);
    }
}
