package dev.penstock.metrics;

import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.observe.TlsProof;
import io.micrometer.core.instrument.Tags;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;

/** What the pools of one node hold. */
final class PoolGauges {
    private static final Meters.Spec HELD = new Meters.Spec(
            "penstock.pool.connections", "connections", "Open connections, by whether a caller holds them");
    private static final Meters.Spec PENDING =
            new Meters.Spec("penstock.pool.pending", "callers", "Callers that wait for a connection now");
    private static final Meters.Spec INVALID = new Meters.Spec(
            "penstock.pool.invalid", "connections", "Connections discarded as broken since the database was opened");
    private static final Meters.Spec LIMIT = new Meters.Spec(
            "penstock.pool.limit", "connections", "pool_size, and the ceiling that both purposes share");
    private static final Meters.Spec OVERFLOW =
            new Meters.Spec("penstock.pool.overflow", "connections", "Connections open beyond pool_size");
    private static final Meters.Spec TLS = new Meters.Spec(
            "penstock.tls.connections", "connections", "Open connections, by the TLS material they were opened with");

    private PoolGauges() {}

    static void register(Meters meters, Scrape scrape, String node) {
        for (String purpose : new String[] {"read", "write"}) {
            Tags own = Tags.of("purpose", purpose);
            meters.gauge(
                    HELD, own.and("state", "active"), () -> scrape.of(node, sum(purpose, PoolSnapshot::checkedOut)));
            meters.gauge(HELD, own.and("state", "idle"), () -> scrape.of(node, sum(purpose, PoolSnapshot::checkedIn)));
            meters.gauge(PENDING, own, () -> scrape.of(node, sum(purpose, PoolSnapshot::waiting)));
            meters.counter(INVALID, own, () -> scrape.of(node, sum(purpose, PoolSnapshot::invalid)));
        }
        meters.gauge(
                LIMIT, Tags.of("bound", "size"), () -> scrape.status().info().poolSize());
        meters.gauge(
                LIMIT, Tags.of("bound", "ceiling"), () -> scrape.status().info().ceiling());
        meters.gauge(OVERFLOW, Tags.empty(), () -> scrape.of(node, one -> overflow(one, scrape)));
        tls(meters, scrape, node);
    }

    static ToDoubleFunction<NodeStatus> sum(String purpose, ToDoubleFunction<PoolSnapshot> value) {
        return one -> one.pools().stream()
                .filter(pool -> pool.purpose().equals(purpose))
                .mapToDouble(value)
                .sum();
    }

    private static double overflow(NodeStatus node, Scrape scrape) {
        int open = node.pools().stream().mapToInt(PoolSnapshot::total).sum();
        return Math.max(0, open - scrape.status().info().poolSize());
    }

    private static void tls(Meters meters, Scrape scrape, String node) {
        BiPredicate<TlsProof, Long> plain = (proof, generation) -> proof.facts().isEmpty();
        BiPredicate<TlsProof, Long> outdated =
                (proof, generation) -> proof.facts().isPresent() && proof.generation() < generation;
        count(meters, scrape, node, "plain", plain);
        count(meters, scrape, node, "outdated", outdated);
        count(meters, scrape, node, "current", plain.or(outdated).negate());
    }

    private static void count(
            Meters meters, Scrape scrape, String node, String material, BiPredicate<TlsProof, Long> counts) {
        meters.gauge(
                TLS,
                Tags.of("material", material),
                () -> scrape.of(
                        node,
                        one -> one.tls().stream()
                                .filter(proof ->
                                        counts.test(proof, scrape.status().tls().generation()))
                                .mapToInt(TlsProof::connections)
                                .sum()));
    }
}
