package dev.penstock.routing;

import dev.penstock.config.SessionToken;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits on a replica until it has what a token stands for, in short looks over the connection that will serve the read. Thread-safe. Never
 * within a transaction: its snapshot would be from before the wait.
 */
final class CatchUp {
    /**
     * Replaying what was just written takes 0.03 to 0.08 ms at the median and 4 ms one time in a hundred; a replica that needs longer has
     * work to do, and now and then 10 s of it (measured; PostgreSQL's {@code wal_receiver_status_interval}).
     */
    static final Duration PATIENCE = Duration.ofMillis(50);

    private static final long LONGEST_PAUSE_MILLIS = 20;

    private static final String POSITION =
            "select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() - '0/0'::pg_lsn end";

    private final Replayed replayed;

    CatchUp(Replayed replayed) {
        this.replayed = replayed;
    }

    /**
     * Whether the replica behind {@code connection} has it, or comes to have it.
     *
     * @param view of the replica, which is proven to follow the token's history
     * @param deadline {@link System#nanoTime()}
     */
    boolean reaches(Connection connection, NodeView view, SessionToken token, long deadline) throws SQLException {
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        Optional<Position> known = replayed.of(view);
        if (known.isPresent() && known.get().includes(token) && isOfThisLife(known.get(), physical)) {
            return true;
        }
        try (PreparedStatement question = connection.prepareStatement(POSITION)) {
            return asks(question, physical.node(), token, deadline);
        }
    }

    /** A server that was restarted may be behind what it had replayed before; but no connection outlives that. */
    private static boolean isOfThisLife(Position known, NodeConnection connection) {
        return known.nanos() - connection.openedNanos() > 0;
    }

    private boolean asks(PreparedStatement question, Node node, SessionToken token, long deadline) throws SQLException {
        for (long pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            long asked = System.nanoTime();
            long position = position(question);
            if (position < 0) {
                // It was promoted meanwhile: what it has replayed says nothing of what it is writing.
                return false;
            }
            SessionToken there = new SessionToken(token.systemIdentifier(), token.timeline(), position);
            replayed.learn(node, new Position(there, asked));
            long left = deadline - System.nanoTime();
            if (position >= token.position() || left <= 0) {
                return position >= token.position();
            }
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(pause)));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new SQLException("Interrupted while waiting for " + node + " to catch up", "08001");
            }
        }
    }

    private static long position(PreparedStatement question) throws SQLException {
        try (ResultSet row = question.executeQuery()) {
            row.next();
            long position = row.getLong(1);
            return row.wasNull() ? -1 : position;
        }
    }
}
