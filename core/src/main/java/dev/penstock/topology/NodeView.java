package dev.penstock.topology;

import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is believed of one node after its last probe. Immutable.
 *
 * @param answer what it last said; null when it never answered
 * @param answeredNanos when the probe of that answer was sent
 * @param misses probes in a row that went unanswered
 * @param downSinceNanos when it was given up; meaningless while it serves
 * @param reason why it is fenced; empty otherwise
 */
public record NodeView(
        Node node,
        NodeState state,
        @Nullable ProbeAnswer answer,
        long answeredNanos,
        int misses,
        long downSinceNanos,
        Optional<Duration> lag,
        Optional<Long> lagBytes,
        Optional<SQLException> failure,
        Optional<String> reason) {

    static NodeView unknown(Node node) {
        return new NodeView(
                node,
                NodeState.UNKNOWN,
                null,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The part it plays, as it said itself; unknown while it does not serve. */
    public Role role() {
        ProbeAnswer last = answer;
        if (last == null || !state.serves()) {
            return Role.UNKNOWN;
        }
        return last.inRecovery() ? Role.REPLICA : Role.PRIMARY;
    }

    /** The timeline it writes; 0 for a replica or when unknown. */
    public int timeline() {
        ProbeAnswer last = answer;
        return last == null ? 0 : last.timeline();
    }

    boolean isWritable() {
        ProbeAnswer last = answer;
        boolean answered = state.serves() || state == NodeState.FENCED;
        return last != null && answered && !last.inRecovery() && !last.readOnlyByDefault();
    }

    NodeView answered(ProbeAnswer now, long nanos) {
        return new NodeView(
                node,
                NodeState.UP,
                now,
                nanos,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    NodeView missed(NodeState next, int missesNow, long nanos, SQLException why) {
        long since = state == NodeState.DOWN ? downSinceNanos : nanos;
        return new NodeView(
                node,
                next,
                answer,
                answeredNanos,
                missesNow,
                since,
                Optional.empty(),
                Optional.empty(),
                Optional.of(why),
                reason);
    }

    NodeView withFailure(SQLException why) {
        return new NodeView(
                node, state, answer, answeredNanos, misses, downSinceNanos, lag, lagBytes, Optional.of(why), reason);
    }

    NodeView withLag(Optional<Duration> time, Optional<Long> bytes) {
        return new NodeView(node, state, answer, answeredNanos, misses, downSinceNanos, time, bytes, failure, reason);
    }

    NodeView fenced(String why) {
        return new NodeView(
                node,
                NodeState.FENCED,
                answer,
                answeredNanos,
                misses,
                downSinceNanos,
                Optional.empty(),
                Optional.empty(),
                failure,
                Optional.of(why));
    }
}
