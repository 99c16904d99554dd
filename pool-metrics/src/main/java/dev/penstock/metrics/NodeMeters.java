package dev.penstock.metrics;

import dev.penstock.observe.PoolListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Everything of one node, put in and taken out together. Thread-safe. */
final class NodeMeters {
    private final Meters meters;
    private final Meters stock;
    private final PoolListener reads;
    private final PoolListener writes;
    private final Counter fencings;
    private final Counter refusedLogins;
    private final Timer answered;
    private final Timer missed;

    /**
     * Where they go.
     *
     * @param stock for HikariCP's, which have no other tags than its own
     * @param database the tag {@code database}
     */
    record Place(Meters meters, Meters stock, Scrape scrape, String database) {}

    NodeMeters(String node, Place place, MetricsOptions options) {
        this.meters = place.meters().and(Tags.of("node", node));
        this.stock = place.stock().and(Tags.empty());
        ConnectionMeters connections = new ConnectionMeters(meters);
        PoolMeters ofReads = new PoolMeters(
                meters, new Borrows(place.scrape(), node, "read"), connections, options.acquireBuckets());
        PoolMeters ofWrites = new PoolMeters(
                meters, new Borrows(place.scrape(), node, "write"), connections, options.acquireBuckets());
        this.reads = hikari(ofReads, node, "read", place, options);
        this.writes = hikari(ofWrites, node, "write", place, options);
        this.fencings = meters.counter(
                new Meters.Spec("penstock.node.fencings", "fencings", "Times that the node was kept away from"),
                Tags.empty());
        this.refusedLogins = meters.counter(
                new Meters.Spec("penstock.refused.logins", "logins", "Passwords that the server refused (28P01)"),
                Tags.empty());
        this.answered = probe("answered");
        this.missed = probe("missed");
        NodeGauges.register(meters, place.scrape(), node);
        PoolGauges.register(meters, place.scrape(), node);
        ServerGauges.register(meters, place.scrape(), node);
    }

    private Timer probe(String outcome) {
        return meters.timer("penstock.node.probe", "Rounds of the node's monitor", Tags.of("outcome", outcome));
    }

    private PoolListener hikari(PoolMeters own, String node, String purpose, Place place, MetricsOptions options) {
        String pool = "penstock-" + place.database() + "-" + node + "-" + purpose;
        HikariGauges.register(stock, place.scrape(), new HikariGauges.Pool(pool, node, purpose));
        return options.hikariTimers() ? new HikariTimers(stock, pool, own) : own;
    }

    PoolListener listener(String purpose) {
        return purpose.equals("read") ? reads : writes;
    }

    void fenced() {
        fencings.increment();
    }

    void loginRefused() {
        refusedLogins.increment();
    }

    void probed(boolean wasAnswered, long nanos) {
        (wasAnswered ? answered : missed).record(nanos, TimeUnit.NANOSECONDS);
    }

    void remove() {
        meters.remove();
        stock.remove();
    }
}
