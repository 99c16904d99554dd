package dev.penstock.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** {@code penstock.acquire}, summed up or with buckets. */
final class AcquireMeter {
    /** The tag {@code node} of callers whom no node gave a connection. */
    static final String NO_NODE = "none";

    private static final String NAME = "penstock.acquire";
    private static final String DESCRIPTION = "From the call to its connection, with all waiting";
    private static final String LONGEST = "The longest of penstock.acquire in the last two minutes";

    private AcquireMeter() {}

    /** Of callers that got no connection. */
    static Durations ofFailures(Meters meters, Tags own, boolean bucketed) {
        return register(meters, own, bucketed, new SummedDurations(meters.clock()));
    }

    /** @param counted how many there were */
    static Durations ofBorrows(Meters meters, Tags own, boolean bucketed, DoubleSupplier counted) {
        return register(meters, own, bucketed, new SummedDurations(meters.clock(), counted));
    }

    private static Durations register(Meters meters, Tags own, boolean bucketed, SummedDurations durations) {
        if (bucketed) {
            Timer timer = meters.bucketed(NAME, DESCRIPTION, own);
            meters.timeGauge(NAME + ".max", LONGEST, own, () -> timer.max(TimeUnit.NANOSECONDS));
            return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
        }
        meters.timer(NAME, DESCRIPTION, own, durations);
        meters.timeGauge(NAME + ".max", LONGEST, own, durations::maxNanos);
        return durations;
    }
}
