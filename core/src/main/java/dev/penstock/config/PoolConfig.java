package dev.penstock.config;

import dev.penstock.sizing.PoolSplit;
import dev.penstock.violation.InvalidConfigException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How many connections this process may hold to one server, and how long callers wait for one. Immutable, equal by value. */
public final class PoolConfig extends Section {
    /** The size that is found when the database is opened. */
    static final String AUTO = "auto";

    /** What is not needed is closed before it is too old. */
    private static final Duration IDLE_MARGIN = Duration.ofSeconds(1);

    /** HikariCP switches off what is shorter. */
    private static final Duration SHORTEST_KEEPALIVE = Duration.ofSeconds(30);

    private static final Duration USUAL_IDLE_TIMEOUT = Duration.ofSeconds(600);

    PoolConfig(Builder builder, WorkloadConfig workload) {
        super(builder, builder.derived(workload));
    }

    /** Returns the section with every value at its default: 20 + 10 connections, 30 s, 1800 s. */
    public static PoolConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /**
     * Returns the connections to one server that stay once they were needed, 1 to 100; 20 by default, the value operators' files carry. {@code null} when the size is found
     * when the database is opened: after {@link Builder#auto()}, and with a {@link WorkloadConfig#preset()} beside which no size is set.
     */
    public @Nullable Integer size() {
        Object size = value(Key.POOL_SIZE);
        return size instanceof Integer number ? number : null;
    }

    /**
     * Returns the connections above {@link #size()} under load, 0 to 100; 10 by default. Both together are the ceiling for one server, whatever its
     * role. {@code null} only beside such a {@code size}: it is found as well.
     */
    public @Nullable Integer maxOverflow() {
        return optional(Key.MAX_OVERFLOW);
    }

    /** Returns how long a borrow may wait before it fails, 1 s to 300 s; that of the workload's preset, or 30 s, by default. */
    public Duration timeout() {
        return value(Key.POOL_TIMEOUT);
    }

    /**
     * Returns the age at which a connection is replaced, 300 s to 7200 s; that of the workload's preset, or 1800 s, by default, below the idle limits of
     * common firewalls and proxies.
     */
    public Duration recycle() {
        return value(Key.POOL_RECYCLE);
    }

    /**
     * Returns how long connections above {@link #size()} stay after they were in use at once, and those for writing or for reading while only the
     * others are used; 10 s to 7199 s, and at least 1 s below {@link #recycle()}: otherwise connections would be replaced that nobody has needed for as
     * long as they lived. Unset, 600 s, or what fits below a shorter {@code recycle}.
     */
    public Duration idleTimeout() {
        Duration given = optional(Key.IDLE_TIMEOUT);
        if (given != null) {
            return given;
        }
        Duration longest = recycle().minus(IDLE_MARGIN);
        return USUAL_IDLE_TIMEOUT.compareTo(longest) <= 0 ? USUAL_IDLE_TIMEOUT : longest;
    }

    /**
     * Returns how often an idle connection is asked whether it is alive, so that firewalls and proxies on the way do not forget it; zero for never, else
     * 30 s to three quarters of {@link #recycle()}, after which connections begin to be replaced; 120 s by default.
     */
    public Duration keepalive() {
        return value(Key.KEEPALIVE);
    }

    /**
     * Returns how many callers may wait for one server, 1 to 1000000; 10000 by default. It bounds what an outage can pile up: who comes then is refused
     * at once, with 53300.
     */
    public int maxWaiting() {
        return value(Key.MAX_WAITING);
    }

    /** Returns the part of the primary's ceiling that reads may take, 0 to 1; {@code null} for the rule of {@link #primaryReadShare(boolean)}. */
    public @Nullable Double primaryReadShare() {
        return optional(Key.PRIMARY_READ_SHARE);
    }

    /** Returns the share as set; else all of the ceiling without replicas, and a quarter with them. */
    public double primaryReadShare(boolean hasReplicas) {
        Double given = primaryReadShare();
        return given != null ? given : hasReplicas ? 0.25 : 1.0;
    }

    /** Returns the size as it was written; empty when it is to be found. */
    public Optional<PoolSplit> split() {
        Integer size = size();
        Integer overflow = maxOverflow();
        return size == null || overflow == null ? Optional.empty() : Optional.of(new PoolSplit(size, overflow));
    }

    @Override
    void rules(Mistakes mistakes) {
        if (mistakes.has(Key.POOL_RECYCLE)) {
            return;
        }
        keepaliveIsWithinLife(mistakes);
        Duration idle = optional(Key.IDLE_TIMEOUT);
        if (idle != null
                && !mistakes.has(Key.IDLE_TIMEOUT)
                && idle.compareTo(recycle().minus(IDLE_MARGIN)) > 0) {
            mistakes.add(
                    Key.IDLE_TIMEOUT,
                    "IDLE_OUTLIVES_RECYCLE",
                    KeyType.shown(idle),
                    "must be at least 1 s below the recycle time of "
                            + recycle().toSeconds() + " s",
                    "Lower idle_timeout or raise pool_recycle.");
        }
    }

    private void keepaliveIsWithinLife(Mistakes mistakes) {
        Duration longest = recycle().multipliedBy(3).dividedBy(4);
        boolean fits =
                keepalive().compareTo(SHORTEST_KEEPALIVE) >= 0 && keepalive().compareTo(longest) <= 0;
        if (!mistakes.has(Key.KEEPALIVE) && !keepalive().isZero() && !fits) {
            mistakes.add(
                    Key.KEEPALIVE,
                    "OUT_OF_RANGE",
                    KeyType.shown(keepalive()),
                    "must be 0, or 30 s to " + longest.toSeconds() + " s, three quarters of the recycle time of "
                            + recycle().toSeconds() + " s",
                    "Set keepalive within these bounds, or leave it out for 120.");
        }
    }

    /** Collects the values of a {@link PoolConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("pool");
        }

        /** Sets {@link PoolConfig#size()}. */
        public Builder size(int connections) {
            return set(Key.POOL_SIZE, connections);
        }

        /**
         * Has the size found when the database is opened, and the overflow with it unless that is set. Waiting time and recycle time are then those of the
         * workload's preset, or of its rate where that gives the size, unless they are set.
         */
        public Builder auto() {
            return set(Key.POOL_SIZE, AUTO);
        }

        /** Sets {@link PoolConfig#maxOverflow()}; {@code null} for the usual one, or for one that is found with the size. */
        public Builder maxOverflow(@Nullable Integer connections) {
            return leave(Key.MAX_OVERFLOW, connections);
        }

        /** Sets {@link PoolConfig#timeout()}. */
        public Builder timeout(Duration longest) {
            return set(Key.POOL_TIMEOUT, longest);
        }

        /** Sets {@link PoolConfig#recycle()}. */
        public Builder recycle(Duration age) {
            return set(Key.POOL_RECYCLE, age);
        }

        /** Sets {@link PoolConfig#idleTimeout()}; {@code null} for the usual one. */
        public Builder idleTimeout(@Nullable Duration longest) {
            return leave(Key.IDLE_TIMEOUT, longest);
        }

        /** Sets {@link PoolConfig#keepalive()}. */
        public Builder keepalive(Duration interval) {
            return set(Key.KEEPALIVE, interval);
        }

        /** Sets {@link PoolConfig#maxWaiting()}. */
        public Builder maxWaiting(int callers) {
            return set(Key.MAX_WAITING, callers);
        }

        /** Sets {@link PoolConfig#primaryReadShare()}. */
        public Builder primaryReadShare(@Nullable Double share) {
            return leave(Key.PRIMARY_READ_SHARE, share);
        }

        /** @throws InvalidConfigException with every value that is out of its bounds */
        public PoolConfig build() {
            return judged(new PoolConfig(this, WorkloadConfig.undeclared()));
        }

        /** Tells whether the size is left to be found. */
        boolean isFound(WorkloadConfig workload) {
            Object size = given(Key.POOL_SIZE);
            return size == null ? workload.preset() != null : size.equals(AUTO);
        }

        /** What stands for what was not set, beside that workload. */
        private Map<Key, Object> derived(WorkloadConfig workload) {
            Map<Key, Object> derived = new EnumMap<>(Key.class);
            boolean found = isFound(workload);
            if (found) {
                derived.put(Key.POOL_SIZE, AUTO);
            } else {
                derived.put(Key.MAX_OVERFLOW, Objects.requireNonNull(Key.MAX_OVERFLOW.usual));
            }
            workload.presetOfTimes(found).ifPresent(preset -> {
                derived.put(Key.POOL_TIMEOUT, Duration.ofSeconds(preset.poolTimeoutSeconds()));
                derived.put(Key.POOL_RECYCLE, Duration.ofSeconds(preset.poolRecycleSeconds()));
            });
            return derived;
        }
    }
}
