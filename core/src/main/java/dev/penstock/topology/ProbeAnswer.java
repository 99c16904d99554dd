package dev.penstock.topology;

import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself.
 *
 * @param inRecovery true on a replica
 * @param timeline the timeline it writes; 0 on a replica, whose own record of it is stale for seconds after a promotion
 * @param lsn the position written (primary) or replayed (replica), in bytes; meaningless without comparable positions
 * @param inserted the position that everything committed so far lies before, written or not; 0 on a replica
 * @param followed the newest timeline that a replica is proven to follow; 0 on a primary
 * @param origin tells the timeline that it writes from others of the same number; 0 when that is not known, and on a replica
 * @param systemIdentifier the cluster it belongs to; the same on a primary and all its replicas; {@link #UNTOLD} when it may not tell
 * @param readOnlyByDefault whether an operator has closed it for writing ({@code default_transaction_read_only}, unless it is the role's own)
 * @param postmaster identifies the running server process, so that two names of one server are recognised
 * @param disclosure what it tells, and what cannot be known of it
 */
record ProbeAnswer(
        boolean inRecovery,
        int timeline,
        long lsn,
        long inserted,
        int followed,
        long origin,
        String systemIdentifier,
        boolean readOnlyByDefault,
        String postmaster,
        Disclosure disclosure) {
    /** In the place of an identifier that the server does not tell. */
    static final String UNTOLD = "";

    boolean hasComparablePositions() {
        return disclosure.hasPositions();
    }

    /** Whether it says which cluster it belongs to. */
    boolean isIdentified() {
        return !systemIdentifier.equals(UNTOLD);
    }

    /**
     * With what the same server has shown before: after a restart it no longer knows where its timeline began, and while it runs it belongs
     * to one cluster, also when it may no longer tell which.
     */
    ProbeAnswer remembering(@Nullable ProbeAnswer before) {
        if (before == null) {
            return this;
        }
        String identity = isIdentified() || !before.postmaster().equals(postmaster)
                ? systemIdentifier
                : before.systemIdentifier();
        boolean keepsOrigin = origin == 0
                && !inRecovery
                && before.timeline() == timeline
                && before.systemIdentifier().equals(identity);
        return with(identity, followed, keepsOrigin ? before.origin() : origin);
    }

    /** A replica that proves nothing of the timeline that it follows. */
    ProbeAnswer unproven() {
        return with(systemIdentifier, 0, origin);
    }

    private ProbeAnswer with(String identity, int nowFollowed, long nowOrigin) {
        return new ProbeAnswer(
                inRecovery,
                timeline,
                lsn,
                inserted,
                nowFollowed,
                nowOrigin,
                identity,
                readOnlyByDefault,
                postmaster,
                disclosure);
    }
}
