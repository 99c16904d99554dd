package dev.penstock.config;

import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.violation.InvalidConfigException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an operator expects, so that pools can be sized and checked against the servers: see {@code docs/sizing.md}. Every
 * component may be left out; what is not declared is not judged. Immutable.
 *
 * @param instances processes that run with this configuration, 1 to 10000. Declared, opening a database refuses pools that
 *     do not fit into the servers for all of them; {@code null}: it only warns
 * @param deploySurge processes that run besides while a deploy replaces them, 0 to 1000; 1 by default, because a rolling
 *     deploy starts the new before it ends the old
 * @param requestsPerSecond how often one process takes a connection, 1 to 1000000
 * @param readShare the part of them that reads, 0 to 1; {@code null}: every server is planned for all of them
 * @param avgQueryTimeMillis the mean time until the connection is returned, 1 ms to 60000 ms
 * @param p99WaitMillis the wait for a connection that one borrow in a hundred may exceed, 1 ms to 60000 ms
 * @param maxConcurrentRequests requests, jobs or threads of one process that may hold connections at once, 1 to 100000
 * @param connectionsPerRequest the most connections that one of them holds at the same time, 1 to 100; 1 by default
 * @param serverCores cores of the database server, 1 to 1024
 * @param preset what the work is like. It gives the pool its size where {@link PoolConfig#auto} finds no declared load, and its times
 */
public record WorkloadConfig(
        @Within(min = 1, max = 10_000, message = "must be 1 to 10000") @Nullable
        Integer instances,

        @Within(min = 0, max = 1000, message = "must be 0 to 1000")
        int deploySurge,

        @Within(min = 1, max = 1_000_000, message = "must be 1 to 1000000") @Nullable
        Integer requestsPerSecond,

        @Within(min = 0, max = 1, message = "must be 0 to 1") @Nullable
        Double readShare,

        @Within(min = 1, max = 60_000, message = "must be 1 to 60000") @Nullable
        Integer avgQueryTimeMillis,

        @Within(min = 1, max = 60_000, message = "must be 1 to 60000") @Nullable
        Integer p99WaitMillis,

        @Within(min = 1, max = 100_000, message = "must be 1 to 100000") @Nullable
        Integer maxConcurrentRequests,

        @Within(min = 1, max = 100, message = "must be 1 to 100")
        int connectionsPerRequest,

        @Within(min = 1, max = 1024, message = "must be 1 to 1024") @Nullable
        Integer serverCores,

        @Nullable WorkloadPreset preset) {

    private static final int DEFAULT_SURGE = 1;

    /** @throws InvalidConfigException when a component is out of its bounds */
    public WorkloadConfig(
            @Nullable Integer instances,
            int deploySurge,
            @Nullable Integer requestsPerSecond,
            @Nullable Double readShare,
            @Nullable Integer avgQueryTimeMillis,
            @Nullable Integer p99WaitMillis,
            @Nullable Integer maxConcurrentRequests,
            int connectionsPerRequest,
            @Nullable Integer serverCores,
            @Nullable WorkloadPreset preset) {
        this.instances = instances;
        this.deploySurge = deploySurge;
        this.requestsPerSecond = requestsPerSecond;
        this.readShare = readShare;
        this.avgQueryTimeMillis = avgQueryTimeMillis;
        this.p99WaitMillis = p99WaitMillis;
        this.maxConcurrentRequests = maxConcurrentRequests;
        this.connectionsPerRequest = connectionsPerRequest;
        this.serverCores = serverCores;
        this.preset = preset;
        if (!declaresNothing()) {
            ConfigValidation.check(this);
        }
    }

    /** The preset whose times count: the one that was named; else that of the rate, where it is what a pool's size is found from. */
    Optional<WorkloadPreset> presetOfTimes(boolean found) {
        if (preset != null) {
            return Optional.of(preset);
        }
        return found && requestsPerSecond != null && avgQueryTimeMillis == null
                ? Optional.of(WorkloadPreset.forRequestsPerSecond(requestsPerSecond))
                : Optional.empty();
    }

    /** There is nothing to judge then, and the validator need not learn at a cold start how to. */
    private boolean declaresNothing() {
        return instances == null
                && deploySurge == DEFAULT_SURGE
                && requestsPerSecond == null
                && readShare == null
                && avgQueryTimeMillis == null
                && p99WaitMillis == null
                && maxConcurrentRequests == null
                && connectionsPerRequest == 1
                && serverCores == null;
    }

    /** Nothing is declared, and nothing is refused. */
    public static WorkloadConfig undeclared() {
        return new WorkloadConfig(null, DEFAULT_SURGE, null, null, null, null, null, 1, null, null);
    }

    /** The same for so many processes, and so many more during a deploy. */
    public WorkloadConfig withInstances(int running, int surge) {
        return new WorkloadConfig(
                running,
                surge,
                requestsPerSecond,
                readShare,
                avgQueryTimeMillis,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                preset);
    }

    /** The same with that load of one process, and the wait that one borrow in a hundred may exceed. */
    public WorkloadConfig withLoad(int perSecond, int queryTimeMillis, int waitMillis) {
        return new WorkloadConfig(
                instances,
                deploySurge,
                perSecond,
                readShare,
                queryTimeMillis,
                waitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                preset);
    }

    /** The same with that part of the load on the replicas. */
    public WorkloadConfig withReadShare(double share) {
        return new WorkloadConfig(
                instances,
                deploySurge,
                requestsPerSecond,
                share,
                avgQueryTimeMillis,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                preset);
    }

    /** The same with so many requests at once, each of which holds so many connections at the same time. */
    public WorkloadConfig withConcurrency(int requests, int connectionsEach) {
        return new WorkloadConfig(
                instances,
                deploySurge,
                requestsPerSecond,
                readShare,
                avgQueryTimeMillis,
                p99WaitMillis,
                requests,
                connectionsEach,
                serverCores,
                preset);
    }

    /** The same on a database server with so many cores. */
    public WorkloadConfig withServerCores(int cores) {
        return new WorkloadConfig(
                instances,
                deploySurge,
                requestsPerSecond,
                readShare,
                avgQueryTimeMillis,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                cores,
                preset);
    }

    /** The same, called by that name. */
    public WorkloadConfig withPreset(WorkloadPreset named) {
        return new WorkloadConfig(
                instances,
                deploySurge,
                requestsPerSecond,
                readShare,
                avgQueryTimeMillis,
                p99WaitMillis,
                maxConcurrentRequests,
                connectionsPerRequest,
                serverCores,
                named);
    }
}
