package dev.penstock.routing;

import dev.penstock.config.WriteOptions;
import dev.penstock.connect.CommitReceipt;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.WriteConnection;
import dev.penstock.pool.HikariErrors;
import dev.penstock.routing.CallDeadlines.Guard;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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

    /** @param session what is to learn where the commit stands in the log; null for nobody */
    public <T> T run(WriteOptions options, ReadWork.Body<T> body, @Nullable CausalSession session) throws SQLException {
        long deadline = options.deadline()
                .map(most -> System.nanoTime() + most.toNanos())
                .orElse(0L);
        Call<T> call = new Call<>(options, body, session, deadline);
        try {
            return once(call, call.deadline, false);
        } catch (Undone first) {
            return again(call, first);
        } catch (SQLException e) {
            throw HikariErrors.withState(e);
        }
    }

    /** @param deadline {@link System#nanoTime()}; 0 for none of its own */
    private record Call<T>(
            WriteOptions options,
            ReadWork.Body<T> body,
            @Nullable CausalSession session,
            long deadline) {}

    private <T> T again(Call<T> call, Undone first) throws SQLException {
        long deadline = call.deadline == 0 ? router.deadline() : call.deadline;
        Undone last = first;
        for (int run = 1; run <= call.options.retries() && System.nanoTime() - deadline < 0; run++) {
            announce(last);
            ErrorClass why = ErrorClass.of(last.error);
            if (why == ErrorClass.SERIALIZATION) {
                letOthersFinish(run);
            }
            try {
                return once(call, deadline, why == ErrorClass.STALE_PLAN);
            } catch (Undone undone) {
                ReadWork.remember(undone.error, last.error);
                last = undone;
            } catch (SQLException e) {
                ReadWork.remember(e, last.error);
                throw HikariErrors.withState(e);
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

    /**
     * @param until when waiting for a connection ends ({@link System#nanoTime()}); 0 for {@code pool.timeout} from now. All runs after the first
     *     share one such time, so that a call does not wait once more for each of them
     * @param afresh whether the session is to forget first what was prepared in it
     */
    private <T> T once(Call<T> call, long until, boolean afresh) throws SQLException, Undone {
        try (Connection connection = borrow(call, until)) {
            NodeConnection physical = connection.unwrap(NodeConnection.class);
            CallDeadlines.failIfOver(call.deadline, call.options.deadline());
            try (Guard guard = router.deadlines().guard(physical, call.deadline)) {
                if (afresh) {
                    physical.forgetPrepared(connection);
                }
                return once(call, connection, physical, guard);
            } finally {
                physical.followConfiguredTimeout();
            }
        }
    }

    private Connection borrow(Call<?> call, long until) throws SQLException {
        try {
            return router.borrowWriter(until);
        } catch (SQLException e) {
            throw CallDeadlines.orTimedOut(e, call.deadline, call.options.deadline());
        }
    }

    private static <T> T once(Call<T> call, Connection connection, NodeConnection physical, Guard guard)
            throws SQLException, Undone {
        int commits = physical.commits();
        T result;
        try {
            result = bodyOf(connection, call, physical);
        } catch (SQLException | RuntimeException e) {
            boolean untouched = physical.hasCommittedNothingSince(commits);
            if (!untouched) {
                mayHaveWritten(call.session);
            }
            if (guard.isOver()) {
                throw CallDeadlines.timedOut(call.options.deadline().orElseThrow(), e);
            }
            throwIfUndone(call.options, untouched, false, physical, e);
            throw e;
        }
        boolean untouched = physical.hasCommittedNothingSince(commits);
        try {
            commit(call.session, connection, physical, untouched);
        } catch (SQLException e) {
            mayHaveWritten(call.session);
            throwIfUndone(call.options, untouched, true, physical, e);
            throw e;
        }
        return result;
    }

    private static void mayHaveWritten(@Nullable CausalSession session) {
        if (session != null) {
            session.uncertain();
        }
    }

    /** What another database threw in the closure says nothing of this transaction, and it may have done something there. */
    private static void throwIfUndone(
            WriteOptions options, boolean untouched, boolean commitSent, NodeConnection physical, Exception thrown)
            throws Undone {
        SQLException error = thrown instanceof SQLException own ? own : ReadWork.sqlCause(thrown);
        if (options.retries() > 0
                && untouched
                && error != null
                && ErrorClass.of(error).writeMayRunAgain(commitSent)
                && (commitSent || physical.hasThrown(thrown))) {
            throw new Undone(physical.node(), error, thrown);
        }
    }

    private static <T> T bodyOf(Connection connection, Call<T> call, NodeConnection physical) throws SQLException {
        WriteOptions options = call.options;
        int ends = physical.ends();
        T result;
        try {
            TransactionStart.begin(connection, options.isolation().orElse(null), options.parameters());
            result = call.body.run(new WriteConnection(connection));
        } catch (Throwable thrown) {
            if (physical.hasEndedTransactionSince(ends)) {
                thrown.addSuppressed(WriteConnection.ended());
            }
            rollback(connection, thrown);
            throw thrown;
        }
        if (physical.hasEndedTransactionSince(ends)) {
            SQLException ended = WriteConnection.ended();
            rollback(connection, ended);
            throw ended;
        }
        return result;
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

    /**
     * For a session the commit brings back where it stands, in the same round trip. What the closure has committed by itself before stands
     * nowhere that is known.
     */
    private static void commit(
            @Nullable CausalSession session, Connection connection, NodeConnection physical, boolean untouched)
            throws SQLException {
        if (session == null) {
            connection.commit();
        } else if (session.canHaveReceipts()) {
            if (connection.isClosed()) {
                // The session may be somebody else's by now.
                throw new SQLException("The connection was closed before its transaction was committed", "08003");
            }
            CommitReceipt receipt = physical.commitWithReceipt();
            if (receipt != null) {
                session.committed(receipt, physical.node());
            }
            if (receipt == null || !untouched) {
                session.uncertain();
            }
        } else {
            connection.commit();
            session.uncertain();
        }
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
