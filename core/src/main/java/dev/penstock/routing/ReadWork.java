package dev.penstock.routing;

import dev.penstock.config.ReadOptions;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a read, and runs it again elsewhere when its node was lost: a read has no effect that could happen twice. */
public final class ReadWork {
    private final Router router;

    public ReadWork(Router router) {
        this.router = router;
    }

    /** What is run with a borrowed connection. */
    @FunctionalInterface
    public interface Body<T> {
        T run(Connection connection) throws SQLException;
    }

    /** In autocommit; in a READ ONLY transaction when {@code options} set something for it. */
    public <T> T run(ReadOptions options, Body<T> body) throws SQLException {
        return run(needsTransaction(options) ? connection -> inTransaction(connection, options, body) : body);
    }

    /** Behind a pooler a session's own read-only default would not reach the server; a transaction's does. */
    private boolean needsTransaction(ReadOptions options) {
        return !options.parameters().isEmpty() || router.sharesSessions();
    }

    private static <T> T inTransaction(Connection connection, ReadOptions options, Body<T> body) throws SQLException {
        TransactionStart.begin(connection, options.parameters());
        try {
            T result = body.run(connection);
            connection.commit();
            return result;
        } catch (Throwable thrown) {
            WriteWork.rollback(connection, thrown);
            throw thrown;
        }
    }

    private <T> T run(Body<T> body) throws SQLException {
        try (Connection connection = router.borrowReader()) {
            return attempt(connection, body);
        } catch (NodeLost lost) {
            return runElsewhere(body, lost);
        }
    }

    private <T> T runElsewhere(Body<T> body, NodeLost first) throws SQLException {
        long deadline = router.deadline();
        Set<Node> avoided = new HashSet<>();
        NodeLost lost = first;
        for (int moves = 0; ; moves++) {
            if (!ErrorClass.of(lost.error).readMayMove(moves) || System.nanoTime() - deadline >= 0) {
                throw lost.error;
            }
            String node = lost.node.name();
            String state = String.valueOf(lost.error.getSQLState());
            RoutingLog.LOG.debug("A read on {} failed with {} and runs again", node, state);
            router.events().tell("readRetried", listener -> listener.readRetried(node, state));
            avoided.add(lost.node);
            try (Connection connection = router.borrowReader(avoided, deadline)) {
                return attempt(connection, body);
            } catch (NodeLost again) {
                again.error.addSuppressed(lost.error);
                lost = again;
            }
        }
    }

    private static <T> T attempt(Connection connection, Body<T> body) throws SQLException, NodeLost {
        Node node = Router.nodeOf(connection);
        try {
            return body.run(connection);
        } catch (SQLException e) {
            if (mayMove(e)) {
                throw new NodeLost(node, e);
            }
            throw e;
        } catch (RuntimeException e) {
            // jOOQ, Spring and others wrap what the driver threw.
            SQLException cause = sqlCause(e);
            if (cause != null && mayMove(cause)) {
                throw new NodeLost(node, cause);
            }
            throw e;
        }
    }

    private static boolean mayMove(SQLException error) {
        return ErrorClass.of(error).readMayMove(0);
    }

    /** What the driver threw, which jOOQ, Spring and others wrap; null when it was none of its exceptions. */
    static @Nullable SQLException sqlCause(Throwable error) {
        for (Throwable t = error.getCause(); t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    /** Carries the error out of the block that gives the connection back. Never leaves this class. */
    private static final class NodeLost extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Node node;
        private final transient SQLException error;

        NodeLost(Node node, SQLException error) {
            super(null, error, false, false);
            this.node = node;
            this.error = error;
        }
    }
}
