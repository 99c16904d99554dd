package dev.penstock.routing;

import dev.penstock.config.SessionToken;
import dev.penstock.connect.NodeConnection;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import dev.penstock.topology.ReplayQuestion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes sure that the server behind a connection has what a token stands for, before a read is served by it. What is known of the node counts
 * when the connection stands on the very server that it is known of; else that server is asked over the connection itself, once or, in short
 * looks, until it has replayed that far. Thread-safe. Never within a transaction: its snapshot would be from before the wait.
 */
final class CatchUp {
    /**
     * Replaying what was just written takes 0.03 to 0.08 ms at the median and 4 ms one time in a hundred; a replica that needs longer has
     * work to do, and now and then 10 s of it (measured; PostgreSQL's {@code wal_receiver_status_interval}).
     */
    static final Duration PATIENCE = Duration.ofMillis(50);

    private static final long LONGEST_PAUSE_MILLIS = 20;

    private final Replayed replayed;
    private final CallDeadlines deadlines;

    CatchUp(Replayed replayed, CallDeadlines deadlines) {
        this.replayed = replayed;
        this.deadlines = deadlines;
    }

    /**
     * Whether it has it, or comes to have it.
     *
     * @param view of the connection's node
     * @param patience until when it is waited for, by {@link System#nanoTime()}; one that is over still leaves time to ask once
     * @param deadline when a question that a silent server does not answer is given up
     */
    boolean reaches(Connection connection, NodeView view, SessionToken token, long patience, long deadline)
            throws SQLException {
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        Position known = replayed.of(view).orElse(null);
        if (known != null && known.includes(token) && physical.server().isKnownAs(known.server())) {
            return true;
        }
        try (CallDeadlines.Guard guard = deadlines.guard(physical, deadline);
                ReplayQuestion question = new ReplayQuestion(connection)) {
            return asks(question, physical, token, patience) && !guard.isOver();
        }
    }

    private boolean asks(ReplayQuestion question, NodeConnection physical, SessionToken token, long patience)
            throws SQLException {
        for (long pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            Optional<Position> answer = question.ask().map(ReplayQuestion.Answer::position);
            if (answer.isEmpty()) {
                // It was promoted meanwhile: what it has replayed says nothing of what it is writing.
                return false;
            }
            Position there = answer.get();
            physical.server().learnIdentity(there.server());
            replayed.learn(physical.node(), there);
            if (there.includes(token)) {
                return true;
            }
            long left = patience - System.nanoTime();
            if (left <= 0 || !there.token().isOfSameHistory(token)) {
                return false;
            }
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(pause)));
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new SQLException("Interrupted while waiting for " + physical.node() + " to catch up", "08001");
            }
        }
    }
}
