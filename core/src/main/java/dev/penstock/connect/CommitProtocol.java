package dev.penstock.connect;

import dev.penstock.tls.ServerText;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandler;
import org.postgresql.core.TransactionState;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * What a commit of one session comes to. A failed transaction is not committed in silence: the server answers such a COMMIT
 * with a rollback, and pgjdbc reports success. Whether it was committed is unknown once COMMIT was sent and not answered. And a
 * commit that only this server has is not a success. Used by one borrower at a time.
 *
 * <p>The server's answer is read here and not by the driver's own commit, because the monitor may give the session up at any moment:
 * what the server has said by then still counts. Its notices come before the answer to COMMIT, so whoever has the answer has them all.
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

    private final Node node;
    private final PgConnection session;
    private final Answer answer = new Answer();
    private final Query commit;
    private final Query commitWithReceipt;
    private boolean endedByCommit;

    CommitProtocol(Node node, PgConnection session) throws SQLException {
        this.node = node;
        this.session = session;
        this.commit = session.createQuery("COMMIT", false, true).query;
        // The driver splits a text without parameters in some query modes only; the simple one takes it whole.
        boolean split = session.getPreferQueryMode() != PreferQueryMode.SIMPLE;
        this.commitWithReceipt = session.createQuery(WITH_RECEIPT, false, split).query;
    }

    /** @throws SQLException 25P02, after a rollback, when a statement of the open transaction had failed */
    private void refuseFailed() throws SQLException {
        if (session.getTransactionState() == TransactionState.FAILED) {
            session.rollback();
            throw rolledBack();
        }
    }

    private static SQLException rolledBack() {
        return new SQLException(
                "The transaction had failed before this commit, so nothing was committed: an earlier statement's"
                        + " exception was caught and not acted on. Let it propagate, or use a savepoint.",
                "25P02");
    }

    void commit() throws SQLException {
        refuseFailed();
        if (hasNothingToSend()) {
            session.commit();
            return;
        }
        // A session's every commit is the same statement; behind a pooler it cannot be kept prepared.
        int prepared = session.getPrepareThreshold() == 0 ? QueryExecutor.QUERY_ONESHOT : 0;
        send(commit, QueryExecutor.QUERY_NO_METADATA | QueryExecutor.QUERY_NO_RESULTS | prepared);
    }

    /**
     * The receipt says that nothing was written when nothing was begun. It is null when the transaction was committed, and its place in the
     * log could not be read.
     */
    @Nullable
    CommitReceipt commitWithReceipt() throws SQLException {
        refuseFailed();
        if (hasNothingToSend()) {
            session.commit();
            return CommitReceipt.NOTHING;
        }
        send(commitWithReceipt, QueryExecutor.QUERY_ONESHOT | QueryExecutor.QUERY_NO_BINARY_TRANSFER);
        return answer.receipt();
    }

    /** Then the driver's own commit sends nothing either, and says why if that is an error. */
    private boolean hasNothingToSend() throws SQLException {
        return session.isClosed() || session.getAutoCommit() || session.getTransactionState() == TransactionState.IDLE;
    }

    /** Whether the last that the session did before it was lost was a commit that the server had answered. */
    boolean wasAnsweredAtTheEnd() {
        return endedByCommit;
    }

    private void send(Query query, int flags) throws SQLException {
        answer.begin();
        SQLException failure = null;
        try {
            session.getQueryExecutor().execute(query, null, answer, 0, 0, flags | QueryExecutor.QUERY_SUPPRESS_BEGIN);
        } catch (SQLException e) {
            failure = e;
        }
        SQLWarning alone = answer.alone;
        if (alone != null) {
            throw UnknownOutcome.onThisServerAlone(node, alone);
        }
        if (answer.committed) {
            failedAfterwards(failure);
        } else if (failure == null) {
            throw rolledBack();
        } else {
            // An error that leaves the session is the whole answer: COMMIT was refused, or not come to.
            throw ErrorClass.endsSession(failure) ? UnknownOutcome.ofCommit(node, failure) : failure;
        }
    }

    /** The transaction is committed whatever happened then. */
    private void failedAfterwards(@Nullable SQLException failure) throws SQLException {
        if (failure == null) {
            return;
        }
        endedByCommit = session.isClosed();
        ConnectLog.LOG.debug("A session on {} failed after its commit was answered: {}", node, ServerText.of(failure));
        if (ErrorClass.of(failure).isNodeSignal()) {
            node.reportError(failure);
        }
    }

    /**
     * What the server has said of one commit so far. Reused, so that a commit allocates nothing here.
     *
     * <p>Notices of COMMIT are those of its connection, as the driver has it.
     */
    private final class Answer implements ResultHandler {
        private @Nullable SQLException error;
        private @Nullable SQLWarning alone;
        private @Nullable Tuple before;
        private @Nullable Tuple after;
        private boolean committed;

        void begin() {
            error = null;
            alone = null;
            before = null;
            after = null;
            committed = false;
        }

        @Override
        public void handleCommandStatus(String status, long updateCount, long insertOid) {
            committed = committed || status.equals("COMMIT");
        }

        @Override
        public void handleResultRows(Query query, Field[] fields, List<Tuple> rows, @Nullable ResultCursor cursor) {
            if (committed) {
                after = rows.get(0);
            } else {
                before = rows.get(0);
            }
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            if (!committed && ErrorClass.isOfCancelledWait(warning)) {
                alone = warning;
            } else {
                session.addWarning(warning);
            }
        }

        @Override
        public void handleError(SQLException next) {
            if (error == null) {
                error = next;
            } else {
                error.setNextException(next);
            }
        }

        @Override
        public void handleCompletion() throws SQLException {
            if (error != null) {
                throw error;
            }
        }

        @Override
        public void secureProgress() {
            // Only batches ask for it.
        }

        @Override
        public @Nullable SQLException getException() {
            return error;
        }

        /** Of the driver's interface up to 42.7.11: without it a commit there would end in an AbstractMethodError. */
        public @Nullable SQLWarning getWarning() {
            return alone;
        }

        @Nullable
        CommitReceipt receipt() {
            if (before == null || after == null) {
                return null;
            }
            boolean asynchronous = text(before, 0).equals("t");
            boolean wrote = text(before, 1).equals("t");
            long inserted = WalPosition.reachable(number(after, 0), (int) number(after, 3), number(after, 4));
            return new CommitReceipt(wrote, (int) number(after, 2), asynchronous ? inserted : number(after, 1));
        }

        private static long number(Tuple row, int column) {
            return Long.parseLong(text(row, column));
        }

        private static String text(Tuple row, int column) {
            return new String(Objects.requireNonNull(row.get(column)), StandardCharsets.US_ASCII);
        }
    }
}
