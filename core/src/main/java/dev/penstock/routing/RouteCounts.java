package dev.penstock.routing;

import dev.penstock.observe.RouteReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often work went where, by reason, since the database was opened. Thread-safe. */
final class RouteCounts {
    private final LongAdder[] counts = new LongAdder[RouteReason.values().length];

    RouteCounts() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(RouteReason reason) {
        counts[reason.ordinal()].increment();
    }

    /** Every reason, also those that never came up. */
    Map<RouteReason, Long> now() {
        Map<RouteReason, Long> now = new EnumMap<>(RouteReason.class);
        for (RouteReason reason : RouteReason.values()) {
            now.put(reason, counts[reason.ordinal()].sum());
        }
        return Collections.unmodifiableMap(now);
    }
}
