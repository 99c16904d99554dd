package dev.penstock.topology;

import dev.penstock.config.SessionToken;

/**
 * How far a node was in the cluster's log when it was asked. Immutable.
 *
 * @param token the place: everything before it had been replayed by a replica, or committed on the primary
 * @param nanos when it was asked ({@link System#nanoTime()}), so that it was at least that far from then on
 */
public record Position(SessionToken token, long nanos) {
    /** Whether a node that was here has everything before {@code wanted}. Another history proves nothing. */
    public boolean includes(SessionToken wanted) {
        return token.isOfSameHistory(wanted) && token.position() >= wanted.position();
    }
}
