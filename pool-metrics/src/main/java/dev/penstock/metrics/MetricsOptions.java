package dev.penstock.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.Objects;

/**
 * What {@link DatabaseMetrics} publish besides the set itself. Immutable.
 *
 * @param name the value of the tag {@code database}; empty for the database's own ({@code DatabaseInfo.name()})
 * @param tags more tags for every meter, such as the region; none by default
 * @param acquireBuckets whether {@code penstock.acquire} has buckets from 100 µs to 30 s; off by default, because they make
 *     recording dearer and a scrape longer
 * @param hikariTimers whether the timers that HikariCP's own binder would publish are there beside its gauges; off by default, because
 *     they cost as much again as the whole set
 */
public record MetricsOptions(String name, Tags tags, boolean acquireBuckets, boolean hikariTimers) {
    private static final MetricsOptions DEFAULTS = new MetricsOptions("", Tags.empty(), false, false);

    public MetricsOptions {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(tags, "tags");
    }

    /** The set, and HikariCP's gauges. */
    public static MetricsOptions defaults() {
        return DEFAULTS;
    }

    /** Two databases of one name in one registry need two of these. */
    public MetricsOptions withName(String tag) {
        return new MetricsOptions(tag, tags, acquireBuckets, hikariTimers);
    }

    public MetricsOptions withTags(Tags more) {
        return new MetricsOptions(name, more, acquireBuckets, hikariTimers);
    }

    public MetricsOptions withAcquireBuckets() {
        return new MetricsOptions(name, tags, true, hikariTimers);
    }

    public MetricsOptions withHikariTimers() {
        return new MetricsOptions(name, tags, acquireBuckets, true);
    }
}
