package dev.penstock.metrics;

import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailure;
import io.micrometer.core.instrument.Counter;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Why connections of one node ended, or never came about. Thread-safe. */
final class ConnectionMeters {
    private static final Meters.Spec CLOSED =
            new Meters.Spec("penstock.pool.closed", "connections", "Connections that were closed, and why");
    private static final Meters.Spec FAILED = new Meters.Spec(
            "penstock.pool.create.failed", "attempts", "Connects of the pools that failed, and for what");

    private final Map<CloseReason, Counter> closed;
    private final Map<ConnectFailure, Counter> failed;

    ConnectionMeters(Meters meters) {
        this.closed = each(CloseReason.class, reason -> meters.counter(CLOSED, Labels.of("reason", reason)));
        this.failed = each(ConnectFailure.class, why -> meters.counter(FAILED, Labels.of("error", why)));
    }

    private static <E extends Enum<E>> Map<E, Counter> each(Class<E> type, Function<E, Counter> counter) {
        Map<E, Counter> all = new EnumMap<>(type);
        for (E value : type.getEnumConstants()) {
            all.put(value, counter.apply(value));
        }
        return all;
    }

    void closed(CloseReason reason) {
        increment(closed.get(reason));
    }

    void openFailed(ConnectFailure why) {
        increment(failed.get(why));
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
