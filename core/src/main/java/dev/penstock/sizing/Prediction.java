package dev.penstock.sizing;

/**
 * What a number of connections would give. Immutable.
 *
 * @param connections the number
 * @param utilisation the share of the time that one of them is busy; from 1 on the queue only grows
 * @param p50WaitMillis the wait of the borrow in the middle; infinite from a utilisation of 1 on
 * @param p99WaitMillis the wait that one borrow in a hundred exceeds; infinite likewise
 */
public record Prediction(int connections, double utilisation, double p50WaitMillis, double p99WaitMillis) {
    static Prediction of(Load load, int connections) {
        PoolQueue queue = new PoolQueue(load, connections);
        return new Prediction(connections, queue.utilisation(), queue.p50WaitMillis(), queue.p99WaitMillis());
    }
}
