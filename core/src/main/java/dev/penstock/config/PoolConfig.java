package dev.penstock.config;

import dev.penstock.sizing.PoolSplit;
import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many connections this process may hold to one server, and how long callers wait for one. Immutable.
 *
 * @param size connections to one server that stay once they were needed, 1 to 100; 20 by default, the value operators' files carry. {@code null}: the size is found once, when
 *     the database is opened, from the {@link WorkloadConfig} and from what the servers admit; {@code status().sizing()} has it
 * @param maxOverflow connections above {@code size} under load, 0 to 100; 10 by default. {@code size + maxOverflow} is
 *     the ceiling for one server, whatever its role. {@code null} only beside such a {@code size}: it is found as well
 * @param timeout how long a borrow may wait before it fails, 1 s to 300 s; 30 s by default
 * @param recycle the age at which a connection is replaced, 300 s to 7200 s; 1800 s by default, below the idle limits
 *     of common firewalls and proxies
 * @param idleTimeout how long connections above {@code size} stay after they were in use at once, and those for writing or
 *     for reading while only the others are used; 10 s to 7199 s, 600 s by default. At least 1 s below {@code recycle}: otherwise
 *     connections would be replaced that nobody has needed for as long as they lived
 * @param keepalive how often an idle connection is asked whether it is alive, so that firewalls and proxies on the way do not
 *     forget it; zero for never, else 30 s to three quarters of {@code recycle}, after which connections begin to be replaced;
 *     120 s by default
 * @param primaryReadShare the part of the primary's ceiling that reads may take, 0 to 1; {@code null} for the rule of
 *     {@link #primaryReadShare(boolean)}
 * @param maxWaiting how many callers may wait for one server, 1 to 1000000; 10000 by default. A bound on what an outage
 *     can pile up: who comes then is refused at once, with 53300
 */
public record PoolConfig(
        @Within(min = 1, max = 100, message = "must be 1 to 100") @Nullable
        Integer size,

        @Within(min = 0, max = 100, message = "must be 0 to 100") @Nullable
        Integer maxOverflow,

        @Within(min = 1, max = 300, message = "must be 1 s to 300 s")
        Duration timeout,

        @Within(min = 300, max = 7200, message = "must be 300 s to 7200 s")
        Duration recycle,

        @Within(min = 10, max = 7199, message = "must be 10 s to 7199 s")
        Duration idleTimeout,

        @Within(min = 0, max = 5400, message = "must be 0, or 30 s to 5400 s")
        Duration keepalive,

        @Within(min = 0, max = 1, message = "must be 0 to 1") @Nullable
        Double primaryReadShare,

        @Within(min = 1, max = 1_000_000, message = "must be 1 to 1000000")
        int maxWaiting) {

    private static final int DEFAULT_MAX_WAITING = 10_000;

    /** What is not needed is closed before it is too old. */
    private static final Duration IDLE_MARGIN = Duration.ofSeconds(1);

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration DEFAULT_RECYCLE = Duration.ofSeconds(1800);

    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(600);

    private static final Duration DEFAULT_KEEPALIVE = Duration.ofSeconds(120);

    /** HikariCP switches off what is shorter. */
    private static final Duration SHORTEST_KEEPALIVE = Duration.ofSeconds(30);

    /** @throws InvalidConfigException when a component is out of its bounds */
    public PoolConfig(
            @Nullable Integer size,
            @Nullable Integer maxOverflow,
            Duration timeout,
            Duration recycle,
            Duration idleTimeout,
            Duration keepalive,
            @Nullable Double primaryReadShare,
            int maxWaiting) {
        this.maxWaiting = maxWaiting;
        this.size = size;
        this.maxOverflow = maxOverflow;
        this.timeout = Objects.requireNonNull(timeout, "timeout");
        this.recycle = Objects.requireNonNull(recycle, "recycle");
        this.idleTimeout = Objects.requireNonNull(idleTimeout, "idleTimeout");
        this.keepalive = Objects.requireNonNull(keepalive, "keepalive");
        this.primaryReadShare = primaryReadShare;
        List<Violation> found = new ArrayList<>(ConfigValidation.violations(this));
        idleEndsBeforeRecycling(found);
        overflowBesideSize(found);
        keepaliveIsWithinLife(found);
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }

    /** The rest at its default; an idle timeout that would outlive {@code recycle} is shortened to fit. */
    public PoolConfig(@Nullable Integer size, @Nullable Integer maxOverflow, Duration timeout, Duration recycle) {
        this(
                size,
                maxOverflow,
                timeout,
                recycle,
                idleTimeoutWithin(recycle),
                DEFAULT_KEEPALIVE,
                null,
                DEFAULT_MAX_WAITING);
    }

    /** The default idle timeout, or what fits below {@code recycle}. */
    static Duration idleTimeoutWithin(Duration recycle) {
        Duration longest = recycle.minus(IDLE_MARGIN);
        boolean fits = DEFAULT_IDLE_TIMEOUT.compareTo(longest) <= 0;
        // A recycle below its own bound is reported as such; the idle timeout stays out of it.
        return fits || longest.getSeconds() < 10 ? DEFAULT_IDLE_TIMEOUT : longest;
    }

    private void idleEndsBeforeRecycling(List<Violation> found) {
        boolean judged = found.stream()
                .anyMatch(v -> v.path().equals("idleTimeout") || v.path().equals("recycle"));
        if (!judged && idleTimeout.compareTo(recycle.minus(IDLE_MARGIN)) > 0) {
            found.add(new Violation(
                    "idleTimeout",
                    "IDLE_OUTLIVES_RECYCLE",
                    idleTimeout.toSeconds() + " s",
                    "must be at least 1 s below the recycle time of " + recycle.toSeconds() + " s",
                    Violation.IN_CODE,
                    "Lower idle_timeout or raise pool_recycle."));
        }
    }

    private void overflowBesideSize(List<Violation> found) {
        if (size != null && maxOverflow == null) {
            found.add(new Violation(
                    "maxOverflow",
                    "REQUIRED",
                    "",
                    "must be set beside a number for the size",
                    Violation.IN_CODE,
                    "Set a number, or null for both."));
        }
    }

    private void keepaliveIsWithinLife(List<Violation> found) {
        boolean judged = found.stream()
                .anyMatch(v -> v.path().equals("keepalive") || v.path().equals("recycle"));
        Duration longest = recycle.multipliedBy(3).dividedBy(4);
        boolean fits = keepalive.compareTo(SHORTEST_KEEPALIVE) >= 0 && keepalive.compareTo(longest) <= 0;
        if (!judged && !keepalive.isZero() && !fits) {
            found.add(new Violation(
                    "keepalive",
                    "OUT_OF_RANGE",
                    keepalive.toSeconds() + " s",
                    "must be 0, or 30 s to " + longest.toSeconds() + " s, three quarters of the recycle time of "
                            + recycle.toSeconds() + " s",
                    Violation.IN_CODE,
                    "Set keepalive within these bounds, or leave it out for 120."));
        }
    }

    /** 20 + 10 connections, 30 s, 1800 s. */
    public static PoolConfig defaults() {
        return new PoolConfig(20, 10, DEFAULT_TIMEOUT, DEFAULT_RECYCLE);
    }

    /**
     * A pool whose size is found when the database is opened. Its waiting time and its recycle time are those of the preset that {@code workload}
     * names, or of its rate where that gives the size; else 30 s and 1800 s.
     */
    public static PoolConfig auto(WorkloadConfig workload) {
        Optional<WorkloadPreset> times = workload.presetOfTimes(true);
        return new PoolConfig(
                null,
                null,
                times.map(preset -> Duration.ofSeconds(preset.poolTimeoutSeconds()))
                        .orElse(DEFAULT_TIMEOUT),
                recycle(times));
    }

    static Duration recycle(Optional<WorkloadPreset> times) {
        return times.map(preset -> Duration.ofSeconds(preset.poolRecycleSeconds()))
                .orElse(DEFAULT_RECYCLE);
    }

    /** Where nobody said anything of the pool: a workload with a name has its size found. */
    static PoolConfig unset(WorkloadConfig workload) {
        return workload.preset() == null ? defaults() : auto(workload);
    }

    /** The share as set; else all of the ceiling without replicas, and a quarter with them. */
    public double primaryReadShare(boolean hasReplicas) {
        if (primaryReadShare != null) {
            return primaryReadShare;
        }
        return hasReplicas ? 0.25 : 1.0;
    }

    /** The size as it was written; empty when it is to be found. */
    public Optional<PoolSplit> split() {
        Integer overflow = maxOverflow;
        return size == null || overflow == null ? Optional.empty() : Optional.of(new PoolSplit(size, overflow));
    }
}
