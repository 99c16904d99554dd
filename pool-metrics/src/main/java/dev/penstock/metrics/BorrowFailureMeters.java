package dev.penstock.metrics;

import dev.penstock.observe.BorrowFailure;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;

/** {@code penstock.acquire} of callers that got no connection. Thread-safe. */
final class BorrowFailureMeters {
    private final Map<BorrowFailure, Durations> reads;
    private final Map<BorrowFailure, Durations> writes;

    BorrowFailureMeters(Meters meters, boolean bucketed) {
        this.reads = register(meters, "read", bucketed);
        this.writes = register(meters, "write", bucketed);
    }

    private static Map<BorrowFailure, Durations> register(Meters meters, String purpose, boolean bucketed) {
        Map<BorrowFailure, Durations> all = new EnumMap<>(BorrowFailure.class);
        for (BorrowFailure why : BorrowFailure.values()) {
            Tags own = Tags.of("node", AcquireMeter.NO_NODE, "purpose", purpose).and(Labels.of("outcome", why));
            all.put(why, AcquireMeter.ofFailures(meters, own, bucketed));
        }
        return all;
    }

    void record(String purpose, BorrowFailure why, long nanos) {
        Durations durations = (purpose.equals("read") ? reads : writes).get(why);
        if (durations != null) {
            durations.record(nanos);
        }
    }
}
