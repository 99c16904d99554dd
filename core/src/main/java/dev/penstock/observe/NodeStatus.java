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
 * @param lag how far it is behind the primary
 * @param pools the pools that exist on the node
 * @param tls what the connections that stand now proved when they were opened
 * @param load what the pools did in the last window; empty before the first is over
 * @param monitor what the node's monitor has seen
 */
public record NodeStatus(
        String name,
        String endpoint,
        NodeState state,
        Role role,
        int timeline,
        Lag lag,
        List<PoolSnapshot> pools,
        List<TlsProof> tls,
        Optional<MeasuredLoad> load,
        Monitor monitor) {
    public NodeStatus {
        pools = List.copyOf(pools);
        tls = List.copyOf(tls);
    }

    /**
     * How far a node is behind the primary. Immutable. Time, bytes and age are empty together, when the lag cannot be known because the primary is
     * gone or the node does not answer.
     *
     * @param time how long ago the primary first passed the replica's replay position, within one probe interval; zero for the primary
     * @param bytes the distance in bytes of WAL
     * @param age how old that measurement is
     * @param tooFar whether reads avoid the replica for its lag
     */
    public record Lag(Optional<Duration> time, Optional<Long> bytes, Optional<Duration> age, boolean tooFar) {
        /** The lag of a node of which none is known. */
        public static final Lag UNKNOWN = new Lag(Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /**
     * What a node's monitor has seen. Immutable.
     *
     * @param faults rounds that failed for a reason of Penstock's own; anything but 0 is a bug
     * @param lastFailure why the last probe failed, or why the node is fenced; empty when neither is so
     * @param failureKind the class of that failure; empty when the last probe was answered
     * @param sessions everybody's sessions on the server, asked every 15 s while somebody listens
     * @param note what cannot be known of this kind of server; empty for PostgreSQL itself
     */
    public record Monitor(
            long faults,
            Optional<String> lastFailure,
            Optional<ConnectFailure> failureKind,
            ServerSessions sessions,
            Optional<String> note) {}

    /** Connections that callers hold on this node, whatever for. */
    public int checkedOut() {
        return pools.stream().mapToInt(PoolSnapshot::checkedOut).sum();
    }
}
