package dev.penstock.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erlang C against a pool with one fair queue, played through in virtual time. */
class QueueSimulationTest {
    private static final int BORROWS = 3_000_000;

    @ParameterizedTest(name = "{0} connections at {1}")
    @CsvSource({"8, 0.5", "8, 0.7", "8, 0.9", "1, 0.7", "26, 0.77", "30, 0.9"})
    void the_predicted_wait_is_that_of_a_simulated_pool_within_five_percent(int connections, double utilisation) {
        double holdMillis = 10;
        PoolQueue predicted =
                new PoolQueue(new Load(utilisation * connections * 1000 / holdMillis, holdMillis), connections);
        long seed = Long.getLong("penstock.seed", System.nanoTime());

        double[] waits = simulate(predicted, new Random(seed));

        Arrays.sort(waits);
        double p99 = waits[(int) (BORROWS * 0.99)];
        double mean = Arrays.stream(waits).average().orElseThrow();
        System.out.printf(
                "%d connections at %.2f, seed %d: p99 wait predicted %.3f ms, simulated %.3f ms; mean %.3f, %.3f%n",
                connections, utilisation, seed, predicted.p99WaitMillis(), p99, predicted.meanWaitMillis(), mean);
        assertThat(p99).as("p99, seed " + seed).isCloseTo(predicted.p99WaitMillis(), Percentage.withPercentage(5));
        assertThat(mean).as("mean, seed " + seed).isCloseTo(predicted.meanWaitMillis(), Percentage.withPercentage(5));
        assertThat(waits[BORROWS / 2])
                .as("median, seed " + seed)
                .isCloseTo(predicted.p50WaitMillis(), within(0.05 * predicted.p99WaitMillis()));
    }

    /** The first who asks is the first who is served; a borrow starts when it arrives or when a connection is back. */
    private static double[] simulate(PoolQueue queue, Random random) {
        PriorityQueue<Double> backAt = new PriorityQueue<>();
        for (int i = 0; i < queue.connections(); i++) {
            backAt.add(0.0);
        }
        double[] waits = new double[BORROWS];
        double now = 0;
        for (int i = 0; i < BORROWS; i++) {
            now += exponential(random, 1000 / queue.load().borrowsPerSecond());
            double start = Math.max(now, backAt.remove());
            backAt.add(start + exponential(random, queue.load().holdMillis()));
            waits[i] = start - now;
        }
        return waits;
    }

    private static double exponential(Random random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }
}
