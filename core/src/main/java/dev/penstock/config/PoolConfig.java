package dev.penstock.config;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Objects;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * How many connections this process may hold to one server, and how long callers wait for one. Immutable.
 *
 * @param size connections that a busy pool keeps, 1 to 100; 20 by default, the value operators' files carry
 * @param maxOverflow connections above {@code size} under load, 0 to 100; 10 by default. {@code size + maxOverflow} is
 *     the ceiling for one server, whatever its role
 * @param timeout how long a borrow may wait before it fails, 1 s to 300 s; 30 s by default
 * @param recycle the age at which a connection is replaced, 300 s to 7200 s; 1800 s by default, below the idle limits
 *     of common firewalls and proxies
 */
public record PoolConfig(
        @Min(value = 1, message = "must be at least 1") @Max(value = 100, message = "must be at most 100")
        int size,

        @Min(value = 0, message = "must be at least 0") @Max(value = 100, message = "must be at most 100")
        int maxOverflow,

        @DurationMin(seconds = 1, message = "must be at least 1 s")
        @DurationMax(seconds = 300, message = "must be at most 300 s")
        Duration timeout,

        @DurationMin(seconds = 300, message = "must be at least 300 s")
        @DurationMax(seconds = 7200, message = "must be at most 7200 s")
        Duration recycle) {

    /** @throws InvalidConfigException when a component is out of its bounds */
    public PoolConfig(int size, int maxOverflow, Duration timeout, Duration recycle) {
        this.size = size;
        this.maxOverflow = maxOverflow;
        this.timeout = Objects.requireNonNull(timeout, "timeout");
        this.recycle = Objects.requireNonNull(recycle, "recycle");
        ConfigValidation.check(this);
    }

    /** 20 + 10 connections, 30 s, 1800 s. */
    public static PoolConfig defaults() {
        return new PoolConfig(20, 10, Duration.ofSeconds(30), Duration.ofSeconds(1800));
    }

    /** The most connections this process holds to one server. */
    public int ceiling() {
        return size + maxOverflow;
    }
}
