package dev.penstock.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import java.util.concurrent.atomic.LongAdder;

/**
 * Count, sum and recent maximum, for the borrow path: a {@link io.micrometer.core.instrument.Timer} reads the wall clock for each record, which
 * costs a quarter of a borrow. Thread-safe.
 */
final class SummedDurations implements Durations {
    /** A maximum is forgotten after two minutes, as a Timer's is. */
    private static final long ROTATE_MILLIS = 40_000;

    private static final int WINDOWS = 3;

    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final TimeWindowMax max;

    SummedDurations(Clock clock) {
        this.max = new TimeWindowMax(clock, ROTATE_MILLIS, WINDOWS);
    }

    @Override
    public void record(long took) {
        count.increment();
        if (took != 0) {
            nanos.add(took);
            max.record(took);
        }
    }

    long count() {
        return count.sum();
    }

    double nanos() {
        return nanos.sum();
    }

    double maxNanos() {
        return max.poll();
    }
}
