package dev.penstock.metrics;

import dev.penstock.observe.PoolSnapshot;
import io.micrometer.core.instrument.Tags;

/**
 * The gauges that HikariCP's own binder would publish, for dashboards that have them: its names, its one tag and, as there, no unit. They outlive
 * the pools, which come and go with the roles of their nodes.
 */
final class HikariGauges {
    private static final String PREFIX = "hikaricp.connections";

    private HikariGauges() {}

    /**
     * One pool.
     *
     * @param name unique in the process
     */
    record Pool(String name, String node, String purpose) {}

    static void register(Meters meters, Scrape scrape, Pool pool) {
        gauge(meters, scrape, pool, "", "Total connections", PoolSnapshot::total);
        gauge(meters, scrape, pool, ".idle", "Idle connections", PoolSnapshot::checkedIn);
        gauge(meters, scrape, pool, ".active", "Active connections", PoolSnapshot::checkedOut);
        gauge(meters, scrape, pool, ".pending", "Pending threads", PoolSnapshot::waiting);
        Tags own = Tags.of("pool", pool.name());
        meters.gauge(
                new Meters.Spec(PREFIX + ".max", "", "Max connections"),
                own,
                () -> scrape.status().info().ceiling());
        meters.gauge(
                new Meters.Spec(PREFIX + ".min", "", "Min connections"),
                own,
                () -> scrape.status().info().poolSize());
    }

    private static void gauge(Meters meters, Scrape scrape, Pool pool, String suffix, String description, Count count) {
        meters.gauge(
                new Meters.Spec(PREFIX + suffix, "", description),
                Tags.of("pool", pool.name()),
                () -> scrape.of(pool.node(), PoolGauges.sum(pool.purpose(), count::of)));
    }

    @FunctionalInterface
    private interface Count {
        double of(PoolSnapshot pool);
    }
}
