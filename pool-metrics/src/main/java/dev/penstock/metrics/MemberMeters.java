package dev.penstock.metrics;

import dev.penstock.observe.PoolListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Everything of one member, put in and taken out together. Thread-safe. */
final class MemberMeters {
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

    MemberMeters(String member, Place place, MetricsOptions options) {
        this.meters = place.meters().and(Tags.of("member", member));
        this.stock = place.stock().and(Tags.empty());
        ConnectionMeters connections = new ConnectionMeters(meters);
        PoolMeters ofReads = new PoolMeters(
                meters, new Borrows(place.scrape(), member, "read"), connections, options.acquireBuckets());
        PoolMeters ofWrites = new PoolMeters(
                meters, new Borrows(place.scrape(), member, "write"), connections, options.acquireBuckets());
        this.reads = hikari(ofReads, member, "read", place, options);
        this.writes = hikari(ofWrites, member, "write", place, options);
        this.fencings = meters.counter(
                new Meters.Spec("penstock.member.fencings", "fencings", "Times that the member was kept away from"),
                Tags.empty());
        this.refusedLogins = meters.counter(
                new Meters.Spec("penstock.refused.logins", "logins", "Passwords that the server refused (28P01)"),
                Tags.empty());
        this.answered = probe("answered");
        this.missed = probe("missed");
        MemberGauges.register(meters, place.scrape(), member);
        PoolGauges.register(meters, place.scrape(), member);
        ServerGauges.register(meters, place.scrape(), member);
    }

    private Timer probe(String outcome) {
        return meters.timer("penstock.member.probe", "Rounds of the member's monitor", Tags.of("outcome", outcome));
    }

    private PoolListener hikari(PoolMeters own, String member, String purpose, Place place, MetricsOptions options) {
        String pool = "penstock-" + place.database() + "-" + member + "-" + purpose;
        HikariGauges.register(stock, place.scrape(), new HikariGauges.Pool(pool, member, purpose));
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
