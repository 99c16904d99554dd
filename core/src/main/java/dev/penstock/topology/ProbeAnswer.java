package dev.penstock.topology;

import java.util.Optional;

/**
 * What a server says of itself.
 *
 * @param inRecovery true on a replica
 * @param timeline the timeline it writes; 0 on a replica, whose own record of it is stale for seconds after a promotion
 * @param lsn the position written (primary) or replayed (replica), in bytes; meaningless without comparable positions
 * @param systemIdentifier the cluster it belongs to; the same on a primary and all its replicas
 * @param readOnlyByDefault whether an operator has closed it for writing ({@code default_transaction_read_only})
 * @param postmaster identifies the running server process, so that two names of one server are recognised
 * @param note what cannot be known of this kind of server; then its positions cannot be compared either
 */
record ProbeAnswer(
        boolean inRecovery,
        int timeline,
        long lsn,
        String systemIdentifier,
        boolean readOnlyByDefault,
        String postmaster,
        Optional<String> note) {
    boolean hasComparablePositions() {
        return note.isEmpty();
    }
}
