package dev.penstock.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Primaries that come and go. Called by one thread at a time once it has begun. */
final class FailoverMeters {
    private final Counter losses;
    private final Counter historyLosses;
    private final Timer promoted;
    private final Timer returned;
    private final Timer switched;
    private String last = "";
    private boolean lost;
    private long lostAt;

    FailoverMeters(Meters meters) {
        Tags none = Tags.empty();
        this.losses = meters.counter(
                new Meters.Spec("penstock.primary.losses", "losses", "Times that there was no primary any more"), none);
        this.historyLosses = meters.counter(
                new Meters.Spec(
                        "penstock.history.losses",
                        "losses",
                        "Times that the cluster went on without a timeline that it had acknowledged writes on"),
                none);
        this.promoted = failover(meters, "promoted");
        this.returned = failover(meters, "returned");
        this.switched = failover(meters, "switched");
    }

    private static Timer failover(Meters meters, String outcome) {
        return meters.timer(
                "penstock.failover", "From the loss of a primary to the next one", Tags.of("outcome", outcome));
    }

    /** @param primary who it is; empty for nobody */
    synchronized void begin(String primary) {
        if (last.isEmpty()) {
            last = primary;
        }
    }

    synchronized void lost() {
        losses.increment();
        lost = true;
        lostAt = System.nanoTime();
    }

    /** The first primary of all is no failover. */
    synchronized void elected(String primary) {
        if (lost) {
            long nanos = System.nanoTime() - lostAt;
            (primary.equals(last) ? returned : promoted).record(nanos, TimeUnit.NANOSECONDS);
        } else if (!last.isEmpty() && !last.equals(primary)) {
            switched.record(0, TimeUnit.NANOSECONDS);
        }
        lost = false;
        last = primary;
    }

    void historyLost() {
        historyLosses.increment();
    }
}
