package dev.penstock.pool;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long borrowers waited, in buckets that grow by an eighth at most; those who did not wait are not in it. Thread-safe.
 */
final class WaitTimes {
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int BUCKETS = 64 * STEPS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void add(long nanos) {
        counts.incrementAndGet(bucket(Math.max(STEPS, nanos)));
    }

    /** The counts so far. */
    long[] snapshot() {
        long[] all = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            all[i] = counts.get(i);
        }
        return all;
    }

    /**
     * The wait that only one borrow in a hundred exceeded between two snapshots, in milliseconds; zero when fewer had to wait
     * at all.
     *
     * @param admitted all borrows in between, with those that did not wait
     */
    static double p99Millis(long[] before, long[] after, long admitted) {
        long above = admitted / 100;
        for (int i = BUCKETS - 1; i >= 0; i--) {
            above -= after[i] - before[i];
            if (above < 0) {
                return upperBound(i) / 1e6;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        int step = (int) ((nanos - (1L << power)) >>> (power - STEP_BITS));
        return power * STEPS + step;
    }

    private static double upperBound(int bucket) {
        int power = bucket / STEPS;
        return Math.scalb(1.0, power) * (1 + (bucket % STEPS + 1) / (double) STEPS);
    }
}
