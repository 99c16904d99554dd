package dev.penstock.routing;

import dev.penstock.observe.RouteReason;

/** Whether a replica may serve one read, and why not. In the order in which they are looked at. */
enum Verdict {
    NO_REPLICA("it is no replica", RouteReason.NO_REPLICA),
    NO_READS("an operator keeps reads away from it (Patroni's noloadbalance)", RouteReason.NO_REPLICA),
    SERIALIZABLE("sessions that read begin SERIALIZABLE there, which replicas refuse", RouteReason.NOT_ON_REPLICAS),
    FAILED("the read has just failed there, or it opens no connection in time", RouteReason.REPLICAS_FAILED),
    NOT_SERVING("it is not up", RouteReason.REPLICAS_DOWN),
    SLOW("it has not answered for a moment", RouteReason.REPLICAS_DOWN),
    LAGGING("it is further behind than max_lag", RouteReason.REPLICAS_BEHIND),
    STALE("it is further behind than the read allows, or that cannot be known", RouteReason.REPLICAS_BEHIND),
    UNPROVEN("it does not prove that it follows the timeline of the token", RouteReason.TOKEN_UNPROVEN),
    NOT_YET("it is not known to have what the token stands for; it would be waited for", RouteReason.TOKEN_NOT_REACHED),
    ELIGIBLE("it is fresh enough", RouteReason.REPLICA);

    private final String why;
    private final RouteReason fallback;

    Verdict(String why, RouteReason fallback) {
        this.why = why;
        this.fallback = fallback;
    }

    String why() {
        return why;
    }

    /** Why the primary serves when this is the best that can be said of a replica. */
    RouteReason fallback() {
        return fallback;
    }

    /** Whether the next look may find otherwise, so that failing at once would be rash. */
    boolean isOpen() {
        return this == SLOW;
    }

    /** Whether the replica could serve a read that asks for less. */
    boolean isTooOld() {
        return this == STALE || this == UNPROVEN || this == NOT_YET;
    }
}
