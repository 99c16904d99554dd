package dev.penstock.connect;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * What a commit of one session comes to. A failed transaction is not committed in silence: the server answers such a COMMIT
 * with a rollback, and pgjdbc reports success. Whether it was committed is unknown once COMMIT was sent and the answer is
 * anything but its own. And a commit that only this server has is not a success. Used by one borrower at a time.
 *
 * <p>A commit that brings back where it stands in the log is one message, as any commit: whether it waits for the disk at all, COMMIT,
 * and the positions after it. The server goes through them in order, and skips the rest after an error. A commit that waits
 * for the disk is before the position that was flushed when it came back. One that does not ({@code synchronous_commit = off}, which
 * the transaction may have set for itself) is only before the one that was inserted.
 */
final class CommitProtocol {
    private static final String WITH_RECEIPT =
            "select current_setting('synchronous_commit') = 'off', pg_current_xact_id_if_assigned() is not null; COMMIT;"
                    + " select " + WalPosition.COLUMNS;

    /**
     * What reading the positions may fail with once the transaction is committed, by class: privileges, resources, the state of the server,
     * an operator, the system. COMMIT's own refusals are of other classes, unless a deferred trigger says one of these.
     */
    private static final Set<String> AFTER_COMMIT = Set.of("42", "53", "55", "57", "58", "XX");

    private final Node node;
    private final PgConnection session;

    CommitProtocol(Node node, PgConnection session) {
        this.node = node;
        this.session = session;
    }

    /** @throws SQLException 25P02, after a rollback, when a statement of the open transaction had failed */
    private void refuseFailed() throws SQLException {
        if (session.getTransactionState() == TransactionState.FAILED) {
            session.rollback();
            throw new SQLException(
                    "The transaction had failed before this commit, so nothing was committed: an earlier statement's"
                            + " exception was caught and not acted on. Let it propagate, or use a savepoint.",
                    "25P02");
        }
    }

    void commit() throws SQLException {
        refuseFailed();
        boolean nothingToSend = session.isClosed() || session.getTransactionState() == TransactionState.IDLE;
        try {
            session.commit();
        } catch (SQLException e) {
            throw nothingToSend || !ErrorClass.endsSession(e) ? e : unknown(e);
        }
        refuseLocalOnly(session.getWarnings());
    }

    /** None when nothing was begun. The session has to be given up when the error says so. */
    CommitReceipt commitWithReceipt() throws SQLException {
        refuseFailed();
        if (session.getTransactionState() == TransactionState.IDLE) {
            return CommitReceipt.NOTHING;
        }
        try (Statement statement = session.createStatement()) {
            statement.execute(WITH_RECEIPT);
            refuseLocalOnly(statement.getWarnings());
            return receipt(statement);
        } catch (SQLException e) {
            throw isRefusal(e) ? e : unknown(e);
        }
    }

    /** What a COMMIT without an answer is reported as: it may have happened, and may still happen. */
    private SQLException unknown(SQLException cause) {
        if (ErrorClass.of(cause) == ErrorClass.OUTCOME_UNKNOWN) {
            return cause;
        }
        return new SQLNonTransientConnectionException(
                "The connection to " + node
                        + " failed while committing: whether the transaction was committed is unknown."
                        + " Look for its effect before you run it again.",
                "08007",
                cause);
    }

    /** Whether nothing was committed for certain: COMMIT was not come to, or it was refused itself. */
    private boolean isRefusal(SQLException error) {
        if (ErrorClass.endsSession(error)) {
            return false;
        }
        String state = String.valueOf(error.getSQLState());
        return session.getTransactionState() == TransactionState.FAILED
                || (state.length() == 5 && !AFTER_COMMIT.contains(state.substring(0, 2)));
    }

    /** The server warns, and reports success, when somebody cancelled its wait for the synchronous replica. */
    private void refuseLocalOnly(@Nullable SQLWarning first) throws SQLException {
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            if (ErrorClass.of(warning) == ErrorClass.LOCAL_ONLY) {
                session.clearWarnings();
                throw new SQLNonTransientConnectionException(
                        "The transaction is committed on " + node
                                + " alone: its wait for the synchronous replica was cancelled, so a failover may lose it.",
                        "08007",
                        warning);
            }
        }
    }

    private static CommitReceipt receipt(Statement statement) throws SQLException {
        boolean asynchronous;
        boolean wrote;
        try (ResultSet before = row(statement)) {
            asynchronous = before.getBoolean(1);
            wrote = before.getBoolean(2);
        }
        statement.getMoreResults();
        statement.getMoreResults();
        try (ResultSet after = row(statement)) {
            long inserted = WalPosition.reachable(after.getLong(1), after.getInt(4), after.getLong(5));
            return new CommitReceipt(wrote, after.getInt(3), asynchronous ? inserted : after.getLong(2));
        }
    }

    private static ResultSet row(Statement statement) throws SQLException {
        ResultSet rows = statement.getResultSet();
        if (rows == null || !rows.next()) {
            throw new SQLException("The server answered a commit in another order than it was asked", "XX000");
        }
        return rows;
    }
}
