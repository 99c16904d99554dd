package dev.penstock.metrics;

import dev.penstock.Database;
import dev.penstock.observe.DatabaseInfo;
import dev.penstock.observe.Health;
import io.micrometer.core.instrument.Tags;

/** What is true of the database as a whole. */
final class DatabaseMeters {
    private DatabaseMeters() {}

    static void register(Meters meters, Scrape scrape, Database database) {
        DatabaseInfo info = scrape.status().info();
        Tags none = Tags.empty();
        meters.gauge(
                new Meters.Spec("penstock.info", "info", "What runs; always 1"),
                Tags.of(
                        "version", info.version(),
                        "pgjdbc", info.pgjdbc(),
                        "hikari", info.hikari(),
                        "sslmode", info.sslmode()),
                () -> 1);
        meters.timeGauge(
                "penstock.replica.lag.limit",
                "The configured max_lag",
                none,
                () -> info.maxLag().toNanos());
        Meters.Spec health = new Meters.Spec("penstock.health.status", "status", "1 for what the health is");
        for (Health.Status status : Health.Status.values()) {
            meters.gauge(
                    health,
                    Labels.of("status", status),
                    () -> Scrape.flag(database.health().status() == status));
        }
        meters.gauge(
                new Meters.Spec("penstock.sizing.conflicts", "conflicts", "Warnings of the sizing plan"),
                none,
                () -> scrape.status().sizingWarnings());
        meters.gauge(
                new Meters.Spec("penstock.drifting.nodes", "nodes", "Nodes whose measured load has left the plan"),
                none,
                () -> scrape.status().drift().size());
        meters.counter(
                new Meters.Spec("penstock.dropped.events", "events", "Events that no listener heard"),
                none,
                () -> scrape.status().droppedEvents());
    }
}
