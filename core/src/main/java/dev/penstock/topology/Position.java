package dev.penstock.topology;

import dev.penstock.config.SessionToken;

/**
 * How far a server was in the cluster's log when it was asked. Immutable.
 *
 * @param token the place: everything before it had been replayed by a replica, or committed on the primary
 * @param server the running server that said so: behind one address there may be several, and one that was restarted may be behind what it
 *     had replayed before
 * @param nanos when it was asked ({@link System#nanoTime()}), so that it was at least that far from then on
 */
public record Position(SessionToken token, String server, long nanos) {
    /** Of two places in one history the further one, with what either says of the origin of their timeline. */
    public static SessionToken further(SessionToken one, SessionToken other) {
        SessionToken further = other.position() > one.position() ? other : one;
        long origin = one.origin() != 0 ? one.origin() : other.origin();
        return further.origin() == origin
                ? further
                : new SessionToken(further.systemIdentifier(), further.timeline(), further.position(), origin);
    }

    /** Whether a node that was here has everything before {@code wanted}. Another history proves nothing. */
    public boolean includes(SessionToken wanted) {
        return token.isOfSameHistory(wanted) && token.position() >= wanted.position();
    }
}
