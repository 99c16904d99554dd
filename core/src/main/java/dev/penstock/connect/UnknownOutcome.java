package dev.penstock.connect;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;

/** The errors 08007: something was sent that commits, and nobody can say that it is committed for good, or that it is not. */
final class UnknownOutcome {
    private static final String STATE = "08007";

    private static final String LOOK = " Look for its effect before you run it again.";

    private UnknownOutcome() {}

    /** COMMIT was sent and not answered: it may have happened, and may still happen. */
    static SQLException ofCommit(Node node, SQLException cause) {
        if (ErrorClass.of(cause) == ErrorClass.OUTCOME_UNKNOWN) {
            return cause;
        }
        return new SQLNonTransientConnectionException(
                "The connection to " + node
                        + " failed while committing: whether the transaction was committed is unknown." + LOOK,
                STATE,
                cause);
    }

    /** The same for a statement that commits by itself. What a batch knows of its parts is kept. */
    static SQLException ofStatement(Node node, SQLException cause) {
        String message = "The connection to " + node
                + " failed before a statement that commits by itself was answered: whether it was executed is unknown."
                + LOOK;
        return cause instanceof BatchUpdateException batch
                ? new BatchUpdateException(message, STATE, batch.getErrorCode(), batch.getLargeUpdateCounts(), cause)
                : new SQLNonTransientConnectionException(message, STATE, cause);
    }

    /** The server warns, and reports success, when somebody cancelled its wait for the synchronous replica. */
    static SQLException onThisServerAlone(Node node, SQLWarning warning) {
        return new SQLNonTransientConnectionException(
                "The transaction is committed on " + node
                        + " alone: its wait for the synchronous replica was cancelled, so a failover may lose it.",
                STATE,
                warning);
    }
}
