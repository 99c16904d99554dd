package dev.penstock.routing;

import dev.penstock.config.ReadOptions;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.pool.HikariErrors;
import dev.penstock.routing.CallDeadlines.Guard;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a read, and runs it again when its node was lost, as {@link ReadLoss} says: a read has no effect that could happen twice.
 */
public final class ReadWork {
    private static final Duration PING = Duration.ofSeconds(1);

    private final Router router;

    public ReadWork(Router router) {
        this.router = router;
    }

    /** What is run with a borrowed connection. */
    @FunctionalInterface
    public interface Body<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * In autocommit; in a READ ONLY transaction when {@code options} need one.
     *
     * @param session what the read has to see; null for whatever is fresh enough
     */
    public <T> T run(ReadOptions options, Body<T> body, @Nullable CausalSession session) throws SQLException {
        boolean plain = options == ReadOptions.defaults() && session == null && !router.sharesSessions();
        return plain ? run(new Call<>(ReadNeed.ANY, options, body, 0)) : run(call(options, body, session));
    }

    private <T> Call<T> call(ReadOptions options, Body<T> body, @Nullable CausalSession session) throws SQLException {
        long deadline = options.conduct()
                .deadline()
                .map(most -> System.nanoTime() + most.toNanos())
                .orElse(0L);
        Body<T> whole = session != null && session.isMonotonic() ? remembering(session, body) : body;
        ReadNeed need = ReadNeed.of(options);
        return new Call<>(
                session == null ? need : session.need(need),
                options,
                needsTransaction(options) ? connection -> ReadTransaction.run(connection, options, whole) : whole,
                deadline);
    }

    private static <T> Body<T> remembering(CausalSession session, Body<T> body) {
        return connection -> {
            T result = body.run(connection);
            session.saw(connection);
            return result;
        };
    }

    /** Behind a pooler a session's own read-only default would not reach the server; a transaction's does. */
    private boolean needsTransaction(ReadOptions options) {
        return !options.parameters().isEmpty()
                || options.isolation().isPresent()
                || options.fetchSize() > 0
                || router.sharesSessions();
    }

    /** @param deadline {@link System#nanoTime()}; 0 for none of its own */
    private record Call<T>(ReadNeed need, ReadOptions options, Body<T> body, long deadline) {}

    private <T> T run(Call<T> call) throws SQLException {
        try (Connection connection = borrow(call, Set.of(), call.deadline)) {
            return attempt(connection, call);
        } catch (NodeLost lost) {
            return runAgain(call, lost);
        } catch (SQLException e) {
            throw HikariErrors.withState(e);
        }
    }

    private Connection borrow(Call<?> call, Set<Node> avoided, long deadline) throws SQLException {
        try {
            return router.borrowReader(call.need, avoided, deadline);
        } catch (SQLException e) {
            throw CallDeadlines.orTimedOut(
                    e, call.deadline, call.options.conduct().deadline());
        }
    }

    private <T> T runAgain(Call<T> call, NodeLost first) throws SQLException {
        long deadline = call.deadline == 0 ? router.deadline() : call.deadline;
        ReadReruns reruns = new ReadReruns(router, call.need, deadline);
        NodeLost lost = first;
        while (reruns.mayRunAfter(lost.loss, lost.node, lost.nanos)) {
            announce(lost);
            try (Connection connection = borrowAgain(call, lost, reruns.tried(), deadline)) {
                return attempt(proven(connection, lost), call);
            } catch (NodeLost again) {
                remember(again.error, lost.error);
                lost = again;
            } catch (SQLException e) {
                throw HikariErrors.withState(e);
            }
        }
        SQLException told = CallDeadlines.orTimedOut(
                lost.error, call.deadline, call.options.conduct().deadline());
        throw told == lost.error ? lost.rethrown() : told;
    }

    private void announce(NodeLost lost) {
        String node = lost.node.name();
        String state = String.valueOf(lost.error.getSQLState());
        RoutingLog.LOG.debug("A read on {} failed with {} and runs again", node, state);
        router.events().tell("readRetried", listener -> listener.readRetried(node, state));
    }

    private Connection borrowAgain(Call<?> call, NodeLost lost, Set<Node> tried, long deadline) throws SQLException {
        try {
            return borrow(call, tried, deadline);
        } catch (SQLException e) {
            remember(e, lost.error);
            throw e;
        }
    }

    /**
     * Asks the session before the read runs on it: sessions that were lost while nobody used them, as when several servers end at once,
     * must not look like the query's doing. After a stale plan it is asked to forget what was prepared.
     */
    private static Connection proven(Connection connection, NodeLost lost) throws SQLException, NodeLost {
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        if (lost.loss == ReadLoss.STALE_PLAN) {
            physical.forgetPrepared(connection);
        } else if (!physical.ping(PING)) {
            physical.abortNow();
            physical.node().reportError(new SQLException("It did not answer a read that ran again", "08006"));
            throw new NodeLost(physical.node(), ReadLoss.PASSING, lost.error, lost.thrown);
        }
        return connection;
    }

    private <T> T attempt(Connection connection, Call<T> call) throws SQLException, NodeLost {
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        CallDeadlines.failIfOver(call.deadline, call.options.conduct().deadline());
        try (Guard guard = router.deadlines().guard(physical, call.deadline)) {
            try {
                return call.body.run(connection);
            } catch (SQLException | RuntimeException e) {
                if (guard.isOver()) {
                    throw CallDeadlines.timedOut(
                            call.options.conduct().deadline().orElseThrow(), e);
                }
                throwIfLost(call, physical, e);
                throw e;
            }
        }
    }

    private static void throwIfLost(Call<?> call, NodeConnection physical, Exception thrown)
            throws SQLException, NodeLost {
        // jOOQ, Spring and others wrap what the driver threw.
        SQLException error = thrown instanceof SQLException own ? own : sqlCause(thrown);
        if (error == null || call.options.conduct().once()) {
            return;
        }
        ReadLoss loss = ReadLoss.of(ReadLoss.Facts.of(error, thrown, physical));
        if (loss != ReadLoss.NO_LOSS) {
            throw new NodeLost(physical.node(), loss, error, thrown);
        }
    }

    /** A closure may throw one exception twice, which cannot suppress itself. */
    static void remember(SQLException last, SQLException before) {
        if (last != before) {
            last.addSuppressed(before);
        }
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
        private final transient ReadLoss loss;
        private final transient SQLException error;
        private final transient Exception thrown;
        private final long nanos = System.nanoTime();

        NodeLost(Node node, ReadLoss loss, SQLException error, Exception thrown) {
            super(null, thrown, false, false);
            this.node = node;
            this.loss = loss;
            this.error = error;
            this.thrown = thrown;
        }

        /** As the body threw it. */
        SQLException rethrown() {
            if (thrown instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            return error;
        }
    }
}
