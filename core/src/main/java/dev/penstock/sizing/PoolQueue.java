package dev.penstock.sizing;

/**
 * How long borrows wait at a pool with one fair queue: the M/M/c model, Erlang C. Immutable and pure.
 *
 * <p>B₀ = 1, Bₖ = a·Bₖ₋₁ / (k + a·Bₖ₋₁); C = B_c / (1 − ρ(1 − B_c)); P(wait > t) = C·exp(−(c/S − λ)·t). For other arrivals
 * and hold times than random and exponential ones the wait is stretched by {@link Load#variability} (Allen and Cunneen).
 * Sources: A. K. Erlang, 1917; A. O. Allen, Probability, Statistics, and Queueing Theory, 2nd ed., ch. 5.
 *
 * @param load what arrives
 * @param connections c, at least 1
 */
public record PoolQueue(Load load, int connections) {
    /** @throws IllegalArgumentException when {@code connections} is below 1 */
    public PoolQueue {
        Connections.positive("connections", connections);
    }

    /** ρ = a / c: the share of the time that a connection is busy; from 1 on the queue only grows. */
    public double utilisation() {
        return load.meanBusyConnections() / connections;
    }

    /** C: the share of borrows that find every connection busy. */
    public double waitProbability() {
        double a = load.meanBusyConnections();
        double blocked = 1;
        for (int k = 1; k <= connections; k++) {
            blocked = blockedWithOneMore(blocked, a, k);
        }
        return waitProbability(blocked);
    }

    /** Bₖ from Bₖ₋₁. */
    private static double blockedWithOneMore(double blocked, double a, int k) {
        return a * blocked / (k + a * blocked);
    }

    private double waitProbability(double blocked) {
        double rho = utilisation();
        return rho >= 1 ? 1 : blocked / (1 - rho * (1 - blocked));
    }

    /** The smallest pool for that load whose p99 wait is at most the target; one pass over the recursion. */
    static int smallest(Load load, double p99WaitMillis) {
        double a = load.meanBusyConnections();
        double blocked = 1;
        for (int k = 1; ; k++) {
            blocked = blockedWithOneMore(blocked, a, k);
            if (k > a && new PoolQueue(load, k).waitMillis(0.99, blocked) <= p99WaitMillis) {
                return k;
            }
        }
    }

    /**
     * The wait that only a share of {@code 1 - quantile} of the borrows exceeds; infinite from a utilisation of 1 on.
     *
     * @param quantile from 0 to below 1, such as 0.99
     */
    public double waitMillis(double quantile) {
        if (!(quantile >= 0 && quantile < 1)) {
            throw new IllegalArgumentException("quantile must be from 0 to below 1");
        }
        return exceededBy(quantile, waitProbability());
    }

    private double waitMillis(double quantile, double blocked) {
        return exceededBy(quantile, waitProbability(blocked));
    }

    private double exceededBy(double quantile, double waitProbability) {
        if (utilisation() >= 1) {
            return Double.POSITIVE_INFINITY;
        }
        double exceeded = waitProbability / (1 - quantile);
        return exceeded <= 1 ? 0 : load.variability() * Math.log(exceeded) / drainedPerMilli();
    }

    /** The wait of the borrow in the middle. */
    public double p50WaitMillis() {
        return waitMillis(0.5);
    }

    /** The wait that one borrow in a hundred exceeds. */
    public double p99WaitMillis() {
        return waitMillis(0.99);
    }

    /** The mean wait over all borrows, those that do not wait included. */
    public double meanWaitMillis() {
        return utilisation() >= 1
                ? Double.POSITIVE_INFINITY
                : load.variability() * waitProbability() / drainedPerMilli();
    }

    /** c/S − λ: by how much a queue shrinks in a millisecond. */
    private double drainedPerMilli() {
        return connections / load.holdMillis() - load.borrowsPerSecond() / 1000;
    }
}
