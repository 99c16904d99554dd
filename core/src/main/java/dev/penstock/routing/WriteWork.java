package dev.penstock.routing;

import dev.penstock.config.WriteOptions;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/**
 * Runs one transaction on the primary: commits when the body returns, rolls back on anything it throws.
 *
 * <p>Nothing is run twice. Once COMMIT was sent, an error says nothing about the outcome: it is reported as 08007, and the
 * write may still happen, later.
 */
public final class WriteWork {
    private final Router router;

    public WriteWork(Router router) {
        this.router = router;
    }

    public <T> T run(WriteOptions options, ReadWork.Body<T> body) throws SQLException {
        try (Connection connection = router.borrowWriter()) {
            T result = bodyOf(connection, options, body);
            commit(connection);
            return result;
        }
    }

    private static <T> T bodyOf(Connection connection, WriteOptions options, ReadWork.Body<T> body)
            throws SQLException {
        try {
            TransactionStart.begin(connection, options.parameters());
            return body.run(connection);
        } catch (Throwable thrown) {
            rollback(connection, thrown);
            throw thrown;
        }
    }

    static void rollback(Connection connection, Throwable reason) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private static void commit(Connection connection) throws SQLException {
        Node node = Router.nodeOf(connection);
        try {
            connection.commit();
        } catch (SQLException e) {
            if (ErrorClass.endsSession(e)) {
                throw outcomeUnknown(node, e);
            }
            throw e;
        }
    }

    private static SQLException outcomeUnknown(Node node, SQLException cause) {
        return new SQLNonTransientConnectionException(
                "The connection to " + node
                        + " was lost while committing: whether the transaction was committed is unknown."
                        + " Look for its effect before you run it again.",
                "08007",
                cause);
    }
}
