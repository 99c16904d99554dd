package dev.penstock.observe;

/**
 * What one node's pools were seen to do during a window of ten seconds. Immutable.
 *
 * @param borrows connections handed out in it
 * @param borrowsPerSecond the same by time
 * @param meanBusy connections that were in use, on average
 * @param p99WaitMillis the wait that one borrow in a hundred exceeded, to an eighth
 */
public record MeasuredLoad(long borrows, double borrowsPerSecond, double meanBusy, double p99WaitMillis) {
    /** The mean time a borrow held its connection, by Little's law; 0 when nothing was borrowed. */
    public double holdMillis() {
        return borrowsPerSecond == 0 ? 0 : meanBusy / borrowsPerSecond * 1000;
    }
}
