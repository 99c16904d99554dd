package dev.penstock.metrics;

import dev.penstock.observe.PoolSnapshot;
import java.util.function.ToDoubleFunction;

/** How many borrows of one node's pool there were since it is watched; the pool counts them at no cost to borrowers. Thread-safe. */
final class Borrows {
    private final Scrape scrape;
    private final String node;
    private final String purpose;
    private final double begunBefore;
    private final double overBefore;

    Borrows(Scrape scrape, String node, String purpose) {
        this.scrape = scrape;
        this.node = node;
        this.purpose = purpose;
        this.begunBefore = orNone(now(PoolSnapshot::borrowed));
        this.overBefore = orNone(now(PoolSnapshot::returned));
    }

    String purpose() {
        return purpose;
    }

    double begun() {
        return now(PoolSnapshot::borrowed) - begunBefore;
    }

    double over() {
        return now(PoolSnapshot::returned) - overBefore;
    }

    private double now(ToDoubleFunction<PoolSnapshot> count) {
        return scrape.of(node, PoolGauges.sum(purpose, count));
    }

    private static double orNone(double count) {
        return Double.isNaN(count) ? 0 : count;
    }
}
