package dev.penstock.routing;

import dev.penstock.config.ReadOptions;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.routing.CallDeadlines.Guard;
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
            return runElsewhere(call, lost);
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

    private <T> T runElsewhere(Call<T> call, NodeLost first) throws SQLException {
        long deadline = call.deadline == 0 ? router.deadline() : call.deadline;
        Set<Node> avoided = new HashSet<>();
        NodeLost lost = first;
        for (int moves = 0; ; moves++) {
            if (!ErrorClass.of(lost.error).readMayMove(moves) || System.nanoTime() - deadline >= 0) {
                throw CallDeadlines.orTimedOut(
                        lost.error, call.deadline, call.options.conduct().deadline());
            }
            String node = lost.node.name();
            String state = String.valueOf(lost.error.getSQLState());
            RoutingLog.LOG.debug("A read on {} failed with {} and runs again", node, state);
            router.events().tell("readRetried", listener -> listener.readRetried(node, state));
            avoided.add(lost.node);
            try (Connection connection = borrow(call, avoided, deadline)) {
                return attempt(connection, call);
            } catch (NodeLost again) {
                again.error.addSuppressed(lost.error);
                lost = again;
            }
        }
    }

    private <T> T attempt(Connection connection, Call<T> call) throws SQLException, NodeLost {
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        try (Guard guard = router.deadlines().guard(physical, call.deadline)) {
            try {
                return call.body.run(connection);
            } catch (SQLException | RuntimeException e) {
                if (guard.isOver()) {
                    throw CallDeadlines.timedOut(
                            call.options.conduct().deadline().orElseThrow(), e);
                }
                // jOOQ, Spring and others wrap what the driver threw.
                SQLException error = e instanceof SQLException own ? own : sqlCause(e);
                if (error != null && !call.options.conduct().once() && mayMove(error)) {
                    throw new NodeLost(physical.node(), error);
                }
                throw e;
            }
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
