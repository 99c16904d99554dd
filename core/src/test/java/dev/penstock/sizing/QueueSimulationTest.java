package dev.penstock.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erlang C against a pool with one fair queue, played through in virtual time. */
class QueueSimulationTest {

    /** A hundredth of a millisecond. */
    private static final double STEP = 0.01;

    @ParameterizedTest(name = "{0} connections at {1}")
    @CsvSource({"8, 0.5", "8, 0.7", "8, 0.9", "1, 0.7", "26, 0.77", "30, 0.9"})
    void the_predicted_wait_is_that_of_a_simulated_pool_within_five_percent(int connections, double utilisation) {
        double holdMillis = 10;
        PoolQueue predicted =
                new PoolQueue(new Load(utilisation * connections * 1000 / holdMillis, holdMillis), connections);
        long seed = Long.getLong("penstock.seed", System.nanoTime());

        // Waits in a busy pool come in long runs, so that few of many borrows tell something new.
        int borrows = utilisation > 0.75 ? 40_000_000 : 10_000_000;
        long[] waits = simulate(predicted, borrows, new SplittableRandom(seed));

        double p99 = quantile(waits, borrows, 0.99);
        double mean = mean(waits, borrows);
        System.out.printf(
                "%d connections at %.2f, seed %d: p99 wait predicted %.3f ms, simulated %.3f ms; mean %.3f, %.3f%n",
                connections, utilisation, seed, predicted.p99WaitMillis(), p99, predicted.meanWaitMillis(), mean);
        assertThat(p99).as("p99, seed " + seed).isCloseTo(predicted.p99WaitMillis(), Percentage.withPercentage(5));
        assertThat(mean).as("mean, seed " + seed).isCloseTo(predicted.meanWaitMillis(), Percentage.withPercentage(5));
        assertThat(quantile(waits, borrows, 0.5))
                .as("median, seed " + seed)
                .isCloseTo(predicted.p50WaitMillis(), within(0.05 * predicted.p99WaitMillis()));
    }

    /**
     * The first who asks is the first who is served; a borrow starts when it arrives or when a connection is back.
     *
     * @return how many waited that many steps
     */
    private static long[] simulate(PoolQueue queue, int borrows, SplittableRandom random) {
        double[] backAt = new double[queue.connections()];
        long[] waits = new long[1_000_000];
        double between = 1000 / queue.load().borrowsPerSecond();
        double now = 0;
        for (int i = 0; i < borrows; i++) {
            now += exponential(random, between);
            int first = earliest(backAt);
            double start = Math.max(now, backAt[first]);
            backAt[first] = start + exponential(random, queue.load().holdMillis());
            waits[(int) Math.min(waits.length - 1L, Math.round((start - now) / STEP))]++;
        }
        return waits;
    }

    private static int earliest(double[] times) {
        int first = 0;
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[first]) {
                first = i;
            }
        }
        return first;
    }

    private static double quantile(long[] waits, int borrows, double share) {
        long left = (long) (share * borrows);
        int steps = 0;
        while ((left -= waits[steps]) >= 0) {
            steps++;
        }
        return steps * STEP;
    }

    private static double mean(long[] waits, int borrows) {
        double sum = 0;
        for (int i = 0; i < waits.length; i++) {
            sum += waits[i] * (i * STEP);
        }
        return sum / borrows;
    }

    private static double exponential(SplittableRandom random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }
}
