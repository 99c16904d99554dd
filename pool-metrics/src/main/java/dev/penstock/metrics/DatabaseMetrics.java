package dev.penstock.metrics;

import dev.penstock.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;

/**
 * Meters of one database: {@code new DatabaseMetrics(db).bindTo(registry)}. What they are called and what they tell is in
 * {@code docs/metrics.md}. Thread-safe.
 *
 * <p>Every meter exists from the moment it is bound. Gauges read {@link Database#status()} when they are scraped, which does no I/O. Nodes are
 * tagged by their logical names; hosts, users and messages never become tags. Close it before the database: nothing is left then, neither in
 * a registry nor at the database.
 */
public final class DatabaseMetrics implements MeterBinder, AutoCloseable {
    private final Database database;
    private final MetricsOptions options;
    private final List<Binding> bindings = new ArrayList<>();

    /** The set, and HikariCP's gauges. */
    public DatabaseMetrics(Database database) {
        this(database, MetricsOptions.defaults());
    }

    public DatabaseMetrics(Database database, MetricsOptions options) {
        this.database = database;
        this.options = options;
    }

    /**
     * Publishes the set in {@code registry}.
     *
     * @throws IllegalStateException when it has meters of a database of this name already, which would be mixed up with these: give one of
     *     them a name of its own; or of one whose {@code penstock.acquire} has buckets while this one's has none, or the other way round
     */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        Binding binding = new Binding(database, options, registry);
        binding.begin();
        bindings.add(binding);
    }

    /** Takes every meter out of its registry, and every listener from the database. */
    @Override
    public synchronized void close() {
        bindings.forEach(Binding::close);
        bindings.clear();
    }
}
