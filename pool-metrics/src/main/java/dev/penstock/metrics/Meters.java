package dev.penstock.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters under common tags, each with a description and a unit, and takes them out again together. Thread-safe.
 *
 * <p>Gauges hold what they read strongly: one whose source was collected reads NaN for ever. Functions of counters and timers are held by
 * this object, since Micrometer does not hold them.
 */
final class Meters {
    private static final Duration[] BUCKETS =
            List.of(100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 30_000_000).stream()
                    .map(micros -> Duration.ofNanos(micros * 1000L))
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> registered = new CopyOnWriteArrayList<>();
    private final List<Object> held = new CopyOnWriteArrayList<>();

    Meters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    /** What a meter is called and says of itself. */
    record Spec(String name, String unit, String description) {}

    /** Others in the same registry, with more tags. */
    Meters and(Tags more) {
        return new Meters(registry, tags.and(more));
    }

    Clock clock() {
        return registry.config().clock();
    }

    void gauge(Spec spec, Tags own, DoubleSupplier value) {
        keep(Gauge.builder(spec.name(), value, DoubleSupplier::getAsDouble)
                .description(spec.description())
                .baseUnit(unit(spec))
                .tags(tags.and(own))
                .strongReference(true)
                .register(registry));
    }

    /** @param nanos of the time that it tells */
    void timeGauge(String name, String description, Tags own, DoubleSupplier nanos) {
        Supplier<Number> value = nanos::getAsDouble;
        keep(TimeGauge.builder(name, value, TimeUnit.NANOSECONDS)
                .description(description)
                .tags(tags.and(own))
                .strongReference(true)
                .register(registry));
    }

    Counter counter(Spec spec, Tags own) {
        return keep(Counter.builder(spec.name())
                .description(spec.description())
                .baseUnit(unit(spec))
                .tags(tags.and(own))
                .register(registry));
    }

    /** Of what is counted elsewhere. */
    void counter(Spec spec, Tags own, DoubleSupplier count) {
        held.add(count);
        keep(FunctionCounter.builder(spec.name(), count, DoubleSupplier::getAsDouble)
                .description(spec.description())
                .baseUnit(unit(spec))
                .tags(tags.and(own))
                .register(registry));
    }

    Timer timer(String name, String description, Tags own) {
        return keep(
                Timer.builder(name).description(description).tags(tags.and(own)).register(registry));
    }

    /** With buckets that tell a borrow that waited from one that did not, and how long. */
    Timer bucketed(String name, String description, Tags own) {
        return keep(Timer.builder(name)
                .description(description)
                .tags(tags.and(own))
                .serviceLevelObjectives(BUCKETS)
                .register(registry));
    }

    /** Of what is summed up elsewhere. */
    void timer(String name, String description, Tags own, SummedDurations durations) {
        held.add(durations);
        keep(FunctionTimer.builder(
                        name, durations, SummedDurations::count, SummedDurations::nanos, TimeUnit.NANOSECONDS)
                .description(description)
                .tags(tags.and(own))
                .register(registry));
    }

    /** None for HikariCP's names, which have none. */
    private static @Nullable String unit(Spec spec) {
        return spec.unit().isEmpty() ? null : spec.unit();
    }

    private <M extends Meter> M keep(M meter) {
        registered.add(meter);
        return meter;
    }

    /** Takes all of these out of the registry. */
    void remove() {
        registered.forEach(registry::remove);
        registered.clear();
        held.clear();
    }
}
