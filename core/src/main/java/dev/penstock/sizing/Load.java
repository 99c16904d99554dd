package dev.penstock.sizing;

/**
 * What arrives at one pool. Immutable.
 *
 * @param borrowsPerSecond λ, 0 or more
 * @param holdMillis S, the mean time one borrow holds its connection: not the query alone, but everything until the
 *     connection is returned; above 0
 * @param variability (ca² + cs²) / 2 of Allen and Cunneen, from the squared coefficients of variation of the times
 *     between arrivals and of the hold times; 1 for random arrivals and exponential holds, more when either comes in
 *     bursts; above 0
 */
public record Load(double borrowsPerSecond, double holdMillis, double variability) {
    /** @throws IllegalArgumentException when a number is out of its range */
    public Load {
        Connections.positive("holdMillis", holdMillis);
        Connections.positive("variability", variability);
        if (!(borrowsPerSecond >= 0) || Double.isInfinite(borrowsPerSecond)) {
            throw new IllegalArgumentException("borrowsPerSecond must be 0 or more");
        }
    }

    /** Random arrivals and exponential hold times. */
    public Load(double borrowsPerSecond, double holdMillis) {
        this(borrowsPerSecond, holdMillis, 1);
    }

    /** a = λ·S (Little's law): a mean, and so no safe size of a pool. */
    public double meanBusyConnections() {
        return borrowsPerSecond * holdMillis / 1000;
    }
}
