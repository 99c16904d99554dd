package dev.penstock.observe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One node as last observed. Immutable.
 *
 * @param name the logical name, stable over role changes: {@code node-1}
 * @param endpoint host and port, for people; never use it as a metric tag
 * @param state what is believed of it
 * @param role the part it plays
 * @param timeline the timeline it writes, 0 when unknown or a replica
 * @param lag how long ago the primary first passed the replica's replay position, within one probe interval; zero for
 *     the primary; empty when it cannot be known because the primary is gone or the node does not answer
 * @param lagBytes the distance in bytes of WAL; empty like {@code lag}
 * @param lagAge how old that measurement is; empty like {@code lag}
 * @param tooFarBehind whether reads avoid the replica for its lag
 * @param pools the pools that exist on the node
 * @param tls what the connections that stand now proved when they were opened
 * @param load what the pools did in the last window; empty before the first is over
 * @param monitorFailures rounds of the node's monitor that failed for a reason of Penstock's own; anything but 0 is a bug
 * @param lastFailure why the last probe failed, or why the node is fenced; empty when neither is so
 * @param failureKind the class of that failure; empty when the last probe was answered
 * @param sessions everybody's sessions on the server, asked every 15 s while somebody listens
 * @param note what cannot be known of this kind of server; empty for PostgreSQL itself
 */
public record NodeStatus(
        String name,
        String endpoint,
        NodeState state,
        Role role,
        int timeline,
        Optional<Duration> lag,
        Optional<Long> lagBytes,
        Optional<Duration> lagAge,
        boolean tooFarBehind,
        List<PoolSnapshot> pools,
        List<TlsProof> tls,
        Optional<MeasuredLoad> load,
        long monitorFailures,
        Optional<String> lastFailure,
        Optional<ConnectFailure> failureKind,
        ServerSessions sessions,
        Optional<String> note) {
    public NodeStatus {
        pools = List.copyOf(pools);
        tls = List.copyOf(tls);
    }

    /** Connections that callers hold on this node, whatever for. */
    public int checkedOut() {
        return pools.stream().mapToInt(PoolSnapshot::checkedOut).sum();
    }
}
