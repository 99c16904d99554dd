package dev.penstock.sizing;

import java.util.Locale;

/**
 * Pools to start from when nothing but a rough size is known. Immutable. The first four are chosen by requests per second
 * of one instance, the last two by what the requests do.
 */
public enum WorkloadPreset {
    /** Below 10 requests per second. */
    LOW(5, 5, 30, 1800),
    /** 10 to 50 requests per second. */
    MEDIUM(10, 10, 30, 1800),
    /** Above 50, to 200 requests per second. */
    HIGH(20, 10, 30, 1800),
    /** Above 200 requests per second. */
    VERY_HIGH(30, 20, 60, 1800),
    /** Short reads for the most part: many connections that stay, for long. */
    READ_HEAVY(30, 5, 30, 3600),
    /** Long transactions: as many connections under load as at rest, and more patience. */
    WRITE_HEAVY(15, 15, 60, 1800);

    private final PoolSplit pool;
    private final int poolTimeoutSeconds;
    private final int poolRecycleSeconds;

    WorkloadPreset(int poolSize, int maxOverflow, int poolTimeoutSeconds, int poolRecycleSeconds) {
        this.pool = new PoolSplit(poolSize, maxOverflow);
        this.poolTimeoutSeconds = poolTimeoutSeconds;
        this.poolRecycleSeconds = poolRecycleSeconds;
    }

    /**
     * The preset of that rate; the lower one at a rate that ends one range and begins the next.
     *
     * @throws IllegalArgumentException when the rate is negative or no number
     */
    public static WorkloadPreset forRequestsPerSecond(double requestsPerSecond) {
        if (!(requestsPerSecond >= 0)) {
            throw new IllegalArgumentException("requestsPerSecond must be 0 or more");
        }
        if (requestsPerSecond < 10) {
            return LOW;
        }
        if (requestsPerSecond <= 50) {
            return MEDIUM;
        }
        return requestsPerSecond <= 200 ? HIGH : VERY_HIGH;
    }

    /** The word of the key {@code workload}: {@code read-heavy}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** pool_size and max_overflow. */
    public PoolSplit pool() {
        return pool;
    }

    /** pool_timeout. */
    public int poolTimeoutSeconds() {
        return poolTimeoutSeconds;
    }

    /** pool_recycle. */
    public int poolRecycleSeconds() {
        return poolRecycleSeconds;
    }
}
