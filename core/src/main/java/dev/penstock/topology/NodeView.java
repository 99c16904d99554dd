package dev.penstock.topology;

import dev.penstock.config.SessionToken;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is believed of one node after it was last looked at. Immutable; a newer one replaces an older one, never the other way.
 *
 * @param seenNanos when the look began that this comes from ({@link System#nanoTime()})
 * @param answer what it last said; null when it never answered
 * @param answeredNanos when the question of that answer was put
 * @param downSinceNanos when it was given up; meaningless while it serves
 * @param lag how far behind it was when it answered; empty when that cannot be known
 * @param barred whether reads avoid it for its lag
 * @param failure why the last look failed; empty when it did not
 * @param reason why it is fenced; empty otherwise
 */
public record NodeView(
        Node node,
        NodeState state,
        long seenNanos,
        @Nullable ProbeAnswer answer,
        long answeredNanos,
        long downSinceNanos,
        Optional<Lag> lag,
        boolean barred,
        Optional<SQLException> failure,
        Optional<String> reason) {

    static NodeView unknown(Node node, long nanos) {
        return new NodeView(
                node,
                NodeState.UNKNOWN,
                nanos,
                null,
                nanos,
                nanos,
                Optional.empty(),
                false,
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

    /** What tells the timeline that it writes from others of the same number; 0 when that is not known. */
    public long origin() {
        ProbeAnswer last = answer;
        return last == null ? 0 : last.origin();
    }

    /** What cannot be known of this server; empty for PostgreSQL as it is delivered. */
    public Optional<String> note() {
        ProbeAnswer last = answer;
        return last == null ? Optional.empty() : last.disclosure().note();
    }

    /**
     * How far it was when it last answered: what it had replayed, on the newest timeline that it is proven to follow, or what was
     * committed on it. Empty while it does not serve, for a server whose positions prove nothing, and for a replica that proves no timeline.
     */
    public Optional<Position> position() {
        ProbeAnswer last = answer;
        if (last == null || !state.serves() || !last.disclosure().provesPositions()) {
            return Optional.empty();
        }
        int on = last.inRecovery() ? last.followed() : last.timeline();
        long at = last.inRecovery() ? last.lsn() : last.inserted();
        return on == 0
                ? Optional.empty()
                : Optional.of(new Position(
                        new SessionToken(last.systemIdentifier(), on, at, last.origin()),
                        last.postmaster(),
                        answeredNanos));
    }

    /** Whether it serves, and said so when a look asked it that began after {@code nanos} ({@link System#nanoTime()}). */
    public boolean hasAnsweredSince(long nanos) {
        return state.serves() && answer != null && answeredNanos - nanos > 0;
    }

    /** Whether another server process answers than {@code before}. The crash of a process that serves one session keeps it. */
    public boolean isRestartedSince(NodeView before) {
        ProbeAnswer now = answer;
        ProbeAnswer then = before.answer;
        return now != null && then != null && !now.postmaster().equals(then.postmaster());
    }

    /** Whether a look that began after {@code nanos} has come to an end. */
    public boolean isSeenSince(long nanos) {
        return seenNanos - nanos > 0 && state != NodeState.SUSPECT;
    }

    boolean isWritable() {
        ProbeAnswer last = answer;
        return last != null && answers() && !last.inRecovery() && !last.readOnlyByDefault();
    }

    /** Whether it is a primary that an operator has closed for writing, for every role. */
    public boolean isClosedForWriting() {
        ProbeAnswer last = answer;
        return last != null && answers() && !last.inRecovery() && last.readOnlyByDefault();
    }

    /** Whether it answers, and says that it belongs to the cluster {@code systemIdentifier}. */
    boolean isOf(String systemIdentifier) {
        ProbeAnswer last = answer;
        return last != null && answers() && last.systemIdentifier().equals(systemIdentifier);
    }

    private boolean answers() {
        return state.serves() || state == NodeState.FENCED;
    }

    NodeView answered(ProbeAnswer now, long nanos) {
        return new NodeView(
                node,
                StateTable.next(state, Observation.ANSWERED),
                nanos,
                now.remembering(answer),
                nanos,
                nanos,
                Optional.empty(),
                barred,
                Optional.empty(),
                Optional.empty());
    }

    /** After a look that brought no answer. What it is fenced for stays true until it answers again. */
    NodeView missed(Observation seen, long nanos, SQLException why) {
        NodeState next = StateTable.next(state, seen);
        boolean lost = next == NodeState.DOWN;
        long since = lost && state != NodeState.DOWN ? nanos : downSinceNanos;
        return new NodeView(
                node,
                next,
                nanos,
                answer,
                answeredNanos,
                since,
                lost ? Optional.empty() : lag,
                barred,
                Optional.of(why),
                reason);
    }

    /** After the number of {@code timeline} was used again: a replica that follows it may follow the other one. */
    NodeView unprovenOn(int timeline) {
        ProbeAnswer last = answer;
        return last == null || last.followed() != timeline
                ? this
                : new NodeView(
                        node,
                        state,
                        seenNanos,
                        last.unproven(),
                        answeredNanos,
                        downSinceNanos,
                        lag,
                        barred,
                        failure,
                        reason);
    }

    NodeView withLag(Optional<Lag> measured, boolean tooFar) {
        return new NodeView(
                node, state, seenNanos, answer, answeredNanos, downSinceNanos, measured, tooFar, failure, reason);
    }

    NodeView fenced(String why) {
        return new NodeView(
                node,
                NodeState.FENCED,
                seenNanos,
                answer,
                answeredNanos,
                downSinceNanos,
                Optional.empty(),
                false,
                failure,
                Optional.of(why));
    }
}
