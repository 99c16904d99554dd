package dev.penstock.config;

import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.violation.InvalidConfigException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an operator expects, so that pools can be sized and checked against the servers: see {@code docs/sizing.md}. Every value may be left
 * out; what is not declared is not judged. Immutable, equal by value.
 */
public final class WorkloadConfig extends Section {
    WorkloadConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section that declares nothing, so that nothing is refused. */
    public static WorkloadConfig undeclared() {
        return builder().build();
    }

    /** Returns a builder that declares nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /**
     * Returns the processes that run with this configuration, 1 to 10000. Declared, opening a database refuses pools that do not fit into the servers
     * for all of them; {@code null}: it only warns.
     */
    public @Nullable Integer instances() {
        return optional(Key.INSTANCES);
    }

    /**
     * Returns the processes that run besides while a deploy replaces them, 0 to 1000; 1 by default, because a rolling deploy starts the new before it
     * ends the old.
     */
    public int deploySurge() {
        return value(Key.DEPLOY_SURGE);
    }

    /** Returns how often one process takes a connection, 1 to 1000000. */
    public @Nullable Integer requestsPerSecond() {
        return optional(Key.REQUESTS_PER_SECOND);
    }

    /** Returns the part of them that reads, 0 to 1; {@code null}: every server is planned for all of them. */
    public @Nullable Double readShare() {
        return optional(Key.READ_SHARE);
    }

    /** Returns the mean time until the connection is returned, 1 ms to 60000 ms. */
    public @Nullable Integer avgQueryTimeMillis() {
        return optional(Key.AVG_QUERY_TIME_MS);
    }

    /** Returns the wait for a connection that one borrow in a hundred may exceed, 1 ms to 60000 ms. */
    public @Nullable Integer p99WaitMillis() {
        return optional(Key.P99_WAIT_MS);
    }

    /** Returns the requests, jobs or threads of one process that may hold connections at once, 1 to 100000. */
    public @Nullable Integer maxConcurrentRequests() {
        return optional(Key.MAX_CONCURRENT_REQUESTS);
    }

    /** Returns the most connections that one of them holds at the same time, 1 to 100; 1 by default. */
    public int connectionsPerRequest() {
        return value(Key.CONNECTIONS_PER_REQUEST);
    }

    /** Returns the cores of the database server, 1 to 1024. */
    public @Nullable Integer serverCores() {
        return optional(Key.SERVER_CORES);
    }

    /** Returns what the work is like. It gives the pool its size where no declared load does, and its times; {@code null}: nothing is said of it. */
    public @Nullable WorkloadPreset preset() {
        return optional(Key.WORKLOAD);
    }

    /** The preset whose times count: the one that was named; else that of the rate, where it is what a pool's size is found from. */
    Optional<WorkloadPreset> presetOfTimes(boolean found) {
        WorkloadPreset named = preset();
        Integer rate = requestsPerSecond();
        if (named != null) {
            return Optional.of(named);
        }
        return found && rate != null && avgQueryTimeMillis() == null
                ? Optional.of(WorkloadPreset.forRequestsPerSecond(rate))
                : Optional.empty();
    }

    /** Collects the values of a {@link WorkloadConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("workload");
        }

        /** Sets {@link WorkloadConfig#instances()}. */
        public Builder instances(@Nullable Integer processes) {
            return leave(Key.INSTANCES, processes);
        }

        /** Sets {@link WorkloadConfig#deploySurge()}. */
        public Builder deploySurge(int processes) {
            return set(Key.DEPLOY_SURGE, processes);
        }

        /** Sets {@link WorkloadConfig#requestsPerSecond()}. */
        public Builder requestsPerSecond(@Nullable Integer requests) {
            return leave(Key.REQUESTS_PER_SECOND, requests);
        }

        /** Sets {@link WorkloadConfig#readShare()}. */
        public Builder readShare(@Nullable Double share) {
            return leave(Key.READ_SHARE, share);
        }

        /** Sets {@link WorkloadConfig#avgQueryTimeMillis()}. */
        public Builder avgQueryTimeMillis(@Nullable Integer millis) {
            return leave(Key.AVG_QUERY_TIME_MS, millis);
        }

        /** Sets {@link WorkloadConfig#p99WaitMillis()}. */
        public Builder p99WaitMillis(@Nullable Integer millis) {
            return leave(Key.P99_WAIT_MS, millis);
        }

        /** Sets {@link WorkloadConfig#maxConcurrentRequests()}. */
        public Builder maxConcurrentRequests(@Nullable Integer requests) {
            return leave(Key.MAX_CONCURRENT_REQUESTS, requests);
        }

        /** Sets {@link WorkloadConfig#connectionsPerRequest()}. */
        public Builder connectionsPerRequest(int connections) {
            return set(Key.CONNECTIONS_PER_REQUEST, connections);
        }

        /** Sets {@link WorkloadConfig#serverCores()}. */
        public Builder serverCores(@Nullable Integer cores) {
            return leave(Key.SERVER_CORES, cores);
        }

        /** Sets {@link WorkloadConfig#preset()}. */
        public Builder preset(@Nullable WorkloadPreset named) {
            return leave(Key.WORKLOAD, named);
        }

        /** @throws InvalidConfigException with every value that is out of its bounds */
        public WorkloadConfig build() {
            return judged(new WorkloadConfig(this));
        }
    }
}
