package dev.penstock.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Count, sum and recent maximum, for the borrow path: a {@link io.micrometer.core.instrument.Timer} reads the wall clock for each record, which
 * costs a quarter of a borrow. Thread-safe.
 */
final class SummedDurations implements Durations {
    /** A maximum is forgotten after two minutes, as a Timer's is. */
    private static final long ROTATE_MILLIS = 40_000;

    private static final int WINDOWS = 3;

    private final DoubleSupplier counted;
    private final @Nullable LongAdder count;
    private final LongAdder nanos = new LongAdder();
    private final TimeWindowMax max;

    SummedDurations(Clock clock) {
        LongAdder own = new LongAdder();
        this.count = own;
        this.counted = own::sum;
        this.max = max(clock);
    }

    /** @param counted who counts them: an adder costs a tenth of a borrow */
    SummedDurations(Clock clock, DoubleSupplier counted) {
        this.count = null;
        this.counted = counted;
        this.max = max(clock);
    }

    private static TimeWindowMax max(Clock clock) {
        return new TimeWindowMax(clock, ROTATE_MILLIS, WINDOWS);
    }

    @Override
    public void record(long took) {
        if (count != null) {
            count.increment();
        }
        if (took != 0) {
            nanos.add(took);
            max.record(took);
        }
    }

    long count() {
        return (long) counted.getAsDouble();
    }

    double nanos() {
        return nanos.sum();
    }

    double maxNanos() {
        return max.poll();
    }
}
