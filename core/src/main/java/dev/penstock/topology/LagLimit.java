package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import java.time.Duration;

/**
 * From when on reads avoid a replica, and when they come back: at three quarters of the limit, so that a replica around it is
 * not taken and left at every probe.
 */
final class LagLimit {
    private final Duration most;
    private final Duration back;

    LagLimit(Duration most) {
        this.most = most;
        this.back = most.multipliedBy(3).dividedBy(4);
    }

    static LagLimit of(DatabaseConfig config) {
        return new LagLimit(config.maxLag());
    }

    boolean isTooFar(Lag lag, boolean barredBefore) {
        return lag.time().compareTo(barredBefore ? back : most) > 0;
    }
}
