package dev.penstock.sizing;

/**
 * A number of connections as operators write it. Immutable.
 *
 * @param poolSize connections that a busy pool keeps
 * @param maxOverflow connections above that under load
 */
public record PoolSplit(int poolSize, int maxOverflow) {
    /** @throws IllegalArgumentException when {@code poolSize} is below 1 or {@code maxOverflow} below 0 */
    public PoolSplit {
        if (poolSize < 1 || maxOverflow < 0) {
            throw new IllegalArgumentException("not a pool: " + poolSize + " + " + maxOverflow);
        }
    }

    /** The most connections to one server. */
    public int ceiling() {
        return poolSize + maxOverflow;
    }

    /** The same ratio with that ceiling, pool_size rounded up: 20 + 10 scaled to 18 is 12 + 6. */
    PoolSplit scaledTo(int ceiling) {
        int size = (int) (((long) ceiling * poolSize + ceiling() - 1) / ceiling());
        return new PoolSplit(size, ceiling - size);
    }

    /** {@code 20 + 10}. */
    @Override
    public String toString() {
        return poolSize + " + " + maxOverflow;
    }
}
