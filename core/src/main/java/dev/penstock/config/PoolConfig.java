package dev.penstock.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many connections this process may hold to one server, and how long callers wait for one. Immutable.
 *
 * @param size connections that a busy pool keeps, 1 to 100; 20 by default, the value operators' files carry
 * @param maxOverflow connections above {@code size} under load, 0 to 100; 10 by default. {@code size + maxOverflow} is
 *     the ceiling for one server, whatever its role
 * @param timeout how long a borrow may wait before it fails, 1 s to 300 s; 30 s by default
 * @param recycle the age at which a connection is replaced, 300 s to 7200 s; 1800 s by default, below the idle limits
 *     of common firewalls and proxies
 * @param idleTimeout how long an unused connection is kept, 10 s to 7199 s; 600 s by default. At least 1 s below
 *     {@code recycle}: HikariCP would switch it off by itself otherwise
 * @param primaryReadShare the part of the primary's ceiling that reads may take, 0 to 1; {@code null} for the rule of
 *     {@link #primaryReadShare(boolean)}
 * @param maxWaiting how many callers may wait for one server, 1 to 1000000; 10000 by default. A bound on what an outage
 *     can pile up: who comes then is refused at once, with 53300
 */
public record PoolConfig(
        @Within(min = 1, max = 100, message = "must be 1 to 100")
        int size,

        @Within(min = 0, max = 100, message = "must be 0 to 100")
        int maxOverflow,

        @Within(min = 1, max = 300, message = "must be 1 s to 300 s")
        Duration timeout,

        @Within(min = 300, max = 7200, message = "must be 300 s to 7200 s")
        Duration recycle,

        @Within(min = 10, max = 7199, message = "must be 10 s to 7199 s")
        Duration idleTimeout,

        @Within(min = 0, max = 1, message = "must be 0 to 1") @Nullable
        Double primaryReadShare,

        @Within(min = 1, max = 1_000_000, message = "must be 1 to 1000000")
        int maxWaiting) {

    private static final int DEFAULT_MAX_WAITING = 10_000;

    /** HikariCP drops an idle timeout that is not at least this far below the maximal lifetime. */
    private static final Duration IDLE_MARGIN = Duration.ofSeconds(1);

    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(600);

    /** @throws InvalidConfigException when a component is out of its bounds */
    public PoolConfig(
            int size,
            int maxOverflow,
            Duration timeout,
            Duration recycle,
            Duration idleTimeout,
            @Nullable Double primaryReadShare,
            int maxWaiting) {
        this.maxWaiting = maxWaiting;
        this.size = size;
        this.maxOverflow = maxOverflow;
        this.timeout = Objects.requireNonNull(timeout, "timeout");
        this.recycle = Objects.requireNonNull(recycle, "recycle");
        this.idleTimeout = Objects.requireNonNull(idleTimeout, "idleTimeout");
        this.primaryReadShare = primaryReadShare;
        List<Violation> found = new ArrayList<>(ConfigValidation.violations(this));
        idleEndsBeforeRecycling(found);
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }

    /** The rest at its default; an idle timeout that would outlive {@code recycle} is shortened to fit. */
    public PoolConfig(int size, int maxOverflow, Duration timeout, Duration recycle) {
        this(size, maxOverflow, timeout, recycle, idleTimeoutWithin(recycle), null, DEFAULT_MAX_WAITING);
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

    /** 20 + 10 connections, 30 s, 1800 s. */
    public static PoolConfig defaults() {
        return new PoolConfig(20, 10, Duration.ofSeconds(30), Duration.ofSeconds(1800));
    }

    /** The share as set; else all of the ceiling without replicas, and a quarter with them. */
    public double primaryReadShare(boolean hasReplicas) {
        if (primaryReadShare != null) {
            return primaryReadShare;
        }
        return hasReplicas ? 0.25 : 1.0;
    }

    /** The most connections this process holds to one server. */
    public int ceiling() {
        return size + maxOverflow;
    }
}
