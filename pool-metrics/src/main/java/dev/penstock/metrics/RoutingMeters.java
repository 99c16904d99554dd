package dev.penstock.metrics;

import dev.penstock.observe.Role;
import dev.penstock.observe.RouteReason;
import java.util.function.DoubleSupplier;

/** Where work went, and why. */
final class RoutingMeters {
    private static final Meters.Spec DECISIONS =
            new Meters.Spec("penstock.routing.decisions", "decisions", "Where work went, and why");
    private static final Meters.Spec FALLBACKS = new Meters.Spec(
            "penstock.routing.fallbacks", "fallbacks", "Decisions that had to take another role than was wanted");

    private RoutingMeters() {}

    static void register(Meters meters, Scrape scrape) {
        for (RouteReason reason : RouteReason.values()) {
            DoubleSupplier count =
                    () -> scrape.status().routes().getOrDefault(reason, 0L).doubleValue();
            meters.counter(DECISIONS, Labels.of("target", target(reason)).and(Labels.of("reason", reason)), count);
            if (isFallback(reason)) {
                meters.counter(FALLBACKS, Labels.of("target", target(reason)).and(Labels.of("reason", reason)), count);
            }
        }
    }

    private static Role target(RouteReason reason) {
        return switch (reason) {
            case REPLICA, REPLICA_AFTER_WAIT, NO_PRIMARY -> Role.REPLICA;
            case WRITE,
                    PRIMARY_ASKED_FOR,
                    PRIMARY_AS_READER,
                    NO_REPLICA,
                    REPLICAS_DOWN,
                    REPLICAS_BEHIND,
                    REPLICAS_FAILED,
                    TOKEN_NOT_REACHED,
                    TOKEN_UNPROVEN,
                    WRITE_PENDING,
                    NOT_ON_REPLICAS -> Role.PRIMARY;
        };
    }

    /** Whether it was somebody's fault: what a read, or a write of the same session, asked for is none. */
    private static boolean isFallback(RouteReason reason) {
        return switch (reason) {
            case NO_PRIMARY,
                    NO_REPLICA,
                    REPLICAS_DOWN,
                    REPLICAS_BEHIND,
                    REPLICAS_FAILED,
                    TOKEN_NOT_REACHED,
                    TOKEN_UNPROVEN -> true;
            case WRITE,
                    REPLICA,
                    REPLICA_AFTER_WAIT,
                    PRIMARY_ASKED_FOR,
                    PRIMARY_AS_READER,
                    WRITE_PENDING,
                    NOT_ON_REPLICAS -> false;
        };
    }
}
