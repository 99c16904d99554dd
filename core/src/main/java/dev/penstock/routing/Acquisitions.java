package dev.penstock.routing;

import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.BorrowFailure;
import dev.penstock.observe.PoolListener;
import dev.penstock.pool.HikariErrors;
import dev.penstock.pool.NodePools;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/** How long callers wait for a connection, from their call on, whatever for. Thread-safe; reads no clock while nobody listens. */
final class Acquisitions {
    private final ClusterNodes nodes;
    private final Events events;
    private final Duration patience;
    private volatile boolean heard;

    /** @param patience how long a call without a deadline of its own waits */
    Acquisitions(ClusterNodes nodes, Events events, Duration patience) {
        this.nodes = nodes;
        this.events = events;
        this.patience = patience;
    }

    /** Whether anybody listens from now on. */
    void areHeard(boolean now) {
        heard = now;
    }

    /** When a call began; 0 while nobody listens. */
    long begin() {
        return heard ? nodes.ticks().now() : 0;
    }

    /**
     * A connection that was waited for has come; those that are there for the taking the pools tell of by themselves.
     *
     * @return the same connection; one that is lost already goes back to its pool with the exception
     */
    Connection succeeded(Connection connection, Purpose purpose, long begun) throws SQLException {
        if (begun == 0) {
            return connection;
        }
        try {
            NodePools pools = nodes.of(connection.unwrap(NodeConnection.class).node());
            PoolListener listener = pools == null ? PoolListener.NONE : pools.listener(purpose);
            listener.acquired(nodes.ticks().now() - begun);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * The same failure, which has an SQLSTATE from now on.
     *
     * @param deadline of the call; 0 for none of its own
     */
    SQLException failed(SQLException failure, Purpose purpose, long begun, long deadline) {
        if (begun != 0) {
            long now = System.nanoTime();
            boolean late = now - (deadline == 0 ? begun + patience.toNanos() : deadline) >= 0;
            BorrowFailure why = why(failure, late);
            events.tellNow(
                    "borrowFailed", listener -> listener.borrowFailed(purpose.label(), why, Math.max(0, now - begun)));
        }
        return HikariErrors.withState(failure);
    }

    private static BorrowFailure why(SQLException failure, boolean late) {
        if (failure.getCause() instanceof InterruptedException) {
            return BorrowFailure.INTERRUPTED;
        }
        boolean queueFull = failure instanceof SQLTransientConnectionException
                && failure.getCause() == null
                && "53300".equals(failure.getSQLState());
        if (queueFull) {
            return BorrowFailure.REJECTED;
        }
        return late ? BorrowFailure.TIMEOUT : BorrowFailure.ERROR;
    }
}
