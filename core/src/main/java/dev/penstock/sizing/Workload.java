package dev.penstock.sizing;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What one instance does, as somebody declared it; what is empty was not said, and the bounds that need it are left out.
 * Immutable.
 *
 * @param borrowsPerSecond how often one instance takes a connection, reads and writes together
 * @param readShare the part of them that reads, 0 to 1; empty: every server is planned for all of them
 * @param holdMillis the mean time one borrow holds its connection
 * @param p99WaitMillis the wait for a connection that one borrow in a hundred may exceed
 * @param maxConcurrentRequests requests, jobs or threads that may hold connections at once
 * @param connectionsPerRequest the most connections that one of them holds at the same time; 1 unless it nests
 * @param serverCores cores of the database server
 * @param preset what somebody called it, for a pool without a declared load
 */
public record Workload(
        OptionalDouble borrowsPerSecond,
        OptionalDouble readShare,
        OptionalDouble holdMillis,
        OptionalDouble p99WaitMillis,
        OptionalInt maxConcurrentRequests,
        int connectionsPerRequest,
        OptionalInt serverCores,
        Optional<WorkloadPreset> preset) {

    /** Without a preset. */
    public Workload(
            OptionalDouble borrowsPerSecond,
            OptionalDouble readShare,
            OptionalDouble holdMillis,
            OptionalDouble p99WaitMillis,
            OptionalInt maxConcurrentRequests,
            int connectionsPerRequest,
            OptionalInt serverCores) {
        this(
                borrowsPerSecond,
                readShare,
                holdMillis,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                Optional.empty());
    }

    /** Nothing was declared. */
    public static Workload undeclared() {
        OptionalDouble none = OptionalDouble.empty();
        return new Workload(none, none, none, none, OptionalInt.empty(), 1, OptionalInt.empty());
    }

    /** The same with queries that take {@code times} as long. */
    Workload slowedDown(double times) {
        OptionalDouble hold = holdMillis.isEmpty() ? holdMillis : OptionalDouble.of(holdMillis.getAsDouble() * times);
        return new Workload(
                borrowsPerSecond,
                readShare,
                hold,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                preset);
    }

    /** The one that was named, else that of the rate; empty when neither was said. */
    Optional<WorkloadPreset> presetThatCounts() {
        return preset.or(() -> borrowsPerSecond.isEmpty()
                ? Optional.empty()
                : Optional.of(WorkloadPreset.forRequestsPerSecond(borrowsPerSecond.getAsDouble())));
    }

    /** What arrives at a server that gets this many borrows; empty when the hold time is not known. */
    Optional<Load> load(double perSecond) {
        return holdMillis.isEmpty() ? Optional.empty() : Optional.of(new Load(perSecond, holdMillis.getAsDouble()));
    }
}
