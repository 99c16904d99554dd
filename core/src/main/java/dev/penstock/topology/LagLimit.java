package dev.penstock.topology;

import dev.penstock.config.TopologyConfig;

/**
 * From when on reads avoid a replica, and when they come back: at three quarters of both limits, so that a replica around it is
 * not taken and left at every probe.
 */
final class LagLimit {
    private static final long MEGABYTE = 1024 * 1024;

    private final Lag most;
    private final Lag back;

    LagLimit(Lag most) {
        this.most = most;
        this.back = new Lag(most.time().multipliedBy(3).dividedBy(4), most.bytes() / 4 * 3);
    }

    static LagLimit of(TopologyConfig config) {
        Integer megabytes = config.maxLagMegabytes();
        return new LagLimit(new Lag(config.maxLag(), megabytes == null ? Long.MAX_VALUE : megabytes * MEGABYTE));
    }

    boolean isTooFar(Lag lag, boolean barredBefore) {
        Lag limit = barredBefore ? back : most;
        return lag.time().compareTo(limit.time()) > 0 || lag.bytes() > limit.bytes();
    }
}
