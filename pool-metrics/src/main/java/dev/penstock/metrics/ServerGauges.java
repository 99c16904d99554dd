package dev.penstock.metrics;

import dev.penstock.observe.ServerSessions;
import io.micrometer.core.instrument.Tags;
import java.util.OptionalInt;
import java.util.function.Function;

/** What one node's server admits, who is connected, and what is planned for it. */
final class ServerGauges {
    private static final Meters.Spec SESSIONS =
            new Meters.Spec("penstock.server.connections", "connections", "Client sessions on the server, everybody's");

    private ServerGauges() {}

    static void register(Meters meters, Scrape scrape, String node) {
        sessions(meters, scrape, node, "active", ServerSessions::active);
        sessions(meters, scrape, node, "idle", ServerSessions::idle);
        sessions(meters, scrape, node, "idle_in_transaction", ServerSessions::idleInTransaction);
        sessions(meters, scrape, node, "hidden", ServerSessions::hidden);
        sessions(meters, scrape, node, "other", ServerSessions::other);
        Tags none = Tags.empty();
        meters.gauge(
                new Meters.Spec("penstock.server.max.connections", "connections", "max_connections of the server"),
                none,
                () -> scrape.of(
                        node, one -> Scrape.number(one.monitor().sessions().maxConnections())));
        meters.gauge(
                new Meters.Spec("penstock.budget.server", "connections", "max_connections less what is reserved"),
                none,
                () -> scrape.of(
                        node, one -> Scrape.number(one.monitor().sessions().usable())));
        meters.gauge(
                new Meters.Spec(
                        "penstock.budget.planned", "connections", "What all declared instances may open on the server"),
                none,
                () -> scrape.of(node, one -> Scrape.number(scrape.status().plannedConnections(one))));
    }

    private static void sessions(
            Meters meters, Scrape scrape, String node, String state, Function<ServerSessions, OptionalInt> count) {
        meters.gauge(
                SESSIONS,
                Tags.of("state", state),
                () -> scrape.of(
                        node, one -> Scrape.number(count.apply(one.monitor().sessions()))));
    }
}
