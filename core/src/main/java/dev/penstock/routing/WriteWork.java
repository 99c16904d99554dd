package dev.penstock.routing;

import dev.penstock.config.WriteOptions;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs one transaction on the primary: commits when the body returns, rolls back on anything it throws.
 *
 * <p>Nothing is run twice that may have been executed. Once COMMIT was sent, a lost connection says nothing about the outcome: it
 * is reported as 08007, and the write may still happen, later. What was provably not executed is run again as often as the
 * options allow.
 */
public final class WriteWork {
    private final Router router;

    public WriteWork(Router router) {
        this.router = router;
    }

    public <T> T run(WriteOptions options, ReadWork.Body<T> body) throws SQLException {
        try {
            return once(options, body);
        } catch (Undone first) {
            return again(options, body, first);
        }
    }

    private <T> T again(WriteOptions options, ReadWork.Body<T> body, Undone first) throws SQLException {
        long deadline = router.deadline();
        Undone last = first;
        for (int run = 1; run <= options.retries() && System.nanoTime() - deadline < 0; run++) {
            announce(last);
            if (ErrorClass.of(last.error) == ErrorClass.SERIALIZATION) {
                letOthersFinish(run);
            }
            try {
                return once(options, body);
            } catch (Undone undone) {
                undone.error.addSuppressed(last.error);
                last = undone;
            } catch (SQLException e) {
                e.addSuppressed(last.error);
                throw e;
            }
        }
        throw last.rethrown();
    }

    private void announce(Undone undone) {
        String node = undone.node.name();
        String state = String.valueOf(undone.error.getSQLState());
        RoutingLog.LOG.debug("A write on {} failed with {} before it was executed and runs again", node, state);
        router.events().tell("writeRetried", listener -> listener.writeRetried(node, state));
    }

    /** Who lost against another transaction would lose again if both began at once: up to 2, 4, … 64 ms, at random. */
    private static void letOthersFinish(int run) {
        long most = TimeUnit.MILLISECONDS.toNanos(1L << Math.min(run, 6));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
    }

    private <T> T once(WriteOptions options, ReadWork.Body<T> body) throws SQLException, Undone {
        try (Connection connection = router.borrowWriter()) {
            NodeConnection physical = connection.unwrap(NodeConnection.class);
            int commits = physical.commits();
            T result;
            try {
                result = bodyOf(connection, options, body);
            } catch (SQLException | RuntimeException e) {
                throwIfUndone(options, physical.hasCommittedNothingSince(commits), false, physical.node(), e);
                throw e;
            }
            boolean untouched = physical.hasCommittedNothingSince(commits);
            try {
                commit(connection, physical.node());
            } catch (SQLException e) {
                throwIfUndone(options, untouched, true, physical.node(), e);
                throw e;
            }
            return result;
        }
    }

    private static void throwIfUndone(
            WriteOptions options, boolean untouched, boolean commitSent, Node node, Exception thrown) throws Undone {
        SQLException error = thrown instanceof SQLException own ? own : ReadWork.sqlCause(thrown);
        if (options.retries() > 0
                && untouched
                && error != null
                && ErrorClass.of(error).writeMayRunAgain(commitSent)) {
            throw new Undone(node, error, thrown);
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

    private static void commit(Connection connection, Node node) throws SQLException {
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

    /** Carries the error out of the block that gives the connection back. Never leaves this class. */
    private static final class Undone extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Node node;
        private final transient SQLException error;
        private final transient Exception thrown;

        Undone(Node node, SQLException error, Exception thrown) {
            super(null, thrown, false, false);
            this.node = node;
            this.error = error;
            this.thrown = thrown;
        }

        /** As the body threw it. */
        SQLException rethrown() throws SQLException {
            if (thrown instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw error;
        }
    }
}
