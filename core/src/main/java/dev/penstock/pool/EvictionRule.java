package dev.penstock.pool;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import java.sql.SQLException;

/**
 * Which errors end a pooled connection, where Hikari's own list is wrong for PostgreSQL: it keeps a writer that met
 * 25006 because its server is not writable any more, and it throws a healthy connection away at 0A000, and when a function or a
 * foreign server raises what looks like a lost session. Also how the topology hears of errors that callers meet.
 */
final class EvictionRule {
    private final Node node;
    private final Purpose purpose;
    private final Hearing hearing;

    EvictionRule(Node node, Purpose purpose, Hearing hearing) {
        this.node = node;
        this.purpose = purpose;
        this.hearing = hearing;
    }

    Override adjudicate(SQLException error) {
        explainPooler(error);
        explainRole(error);
        ErrorClass kind = ErrorClass.of(error);
        boolean writes = purpose == Purpose.WRITE;
        boolean refused = kind == ErrorClass.READ_ONLY && !(writes && (isOfOwnMaking() || isOfRole()));
        if (refused) {
            hearing.now().refusedAsReadOnly();
        }
        if (kind.readMayRunAgain() || kind.writeMayRunAgain(false)) {
            node.sawError(error);
        }
        boolean staleRole = refused && writes;
        if (staleRole || (kind.isNodeSignal() && kind != ErrorClass.READ_ONLY)) {
            node.reportError(error);
        }
        if (staleRole || ErrorClass.endsSession(error)) {
            return Override.MUST_EVICT;
        }
        return stands(error) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
    }

    private static boolean stands(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        boolean looksLost = state.startsWith("08") || state.startsWith("57P");
        return state.equals("0A000") || (looksLost && ErrorClass.isRaised(error));
    }

    /**
     * Hikari does not say whose error it is, so every lent session of the node is looked at. That misleads when the server has just lost
     * its role while another borrower stands in a transaction that they made read-only: then the next error tells, or the monitor.
     */
    private boolean isOfOwnMaking() {
        return node.liveConnections().stream().anyMatch(NodeConnection::isReadOnlyByBorrower);
    }

    /** The role's sessions begin read-only wherever they stand, so that no other one would do better. */
    private boolean isOfRole() {
        return node.startMode().isReadOnlyByRole();
    }

    private void explainRole(SQLException error) {
        boolean ofRole = purpose == Purpose.WRITE && "25006".equals(error.getSQLState()) && isOfRole();
        if (ofRole && error.getSuppressed().length == 0) {
            error.addSuppressed(new SQLException(
                    "The role begins its transactions read-only: its own default_transaction_read_only is on (ALTER ROLE)",
                    "25006"));
        }
    }

    /** The driver prepared it in one session, and a pooler ran it in another. */
    private static void explainPooler(SQLException error) {
        String state = error.getSQLState();
        boolean elsewhere = "26000".equals(state) || "42P05".equals(state);
        if (elsewhere && error.getSuppressed().length == 0) {
            error.addSuppressed(new SQLException(
                    "If a pooler in transaction mode, such as PgBouncer, stands in between: set pooler: transaction",
                    state));
        }
    }
}
