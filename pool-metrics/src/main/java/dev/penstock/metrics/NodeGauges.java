package dev.penstock.metrics;

import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import io.micrometer.core.instrument.Tags;

/** What is believed of one node. */
final class NodeGauges {
    private NodeGauges() {}

    static void register(Meters meters, Scrape scrape, String node) {
        Tags none = Tags.empty();
        meters.gauge(
                new Meters.Spec("penstock.serving.nodes", "nodes", "1 while work may be sent to the node"),
                none,
                () -> scrape.of(node, one -> Scrape.flag(one.state().serves())));
        Meters.Spec plays = new Meters.Spec("penstock.nodes", "nodes", "1 for the role that the node plays");
        for (Role role : Role.values()) {
            meters.gauge(plays, Labels.of("role", role), () -> scrape.of(node, one -> Scrape.flag(one.role() == role)));
        }
        Meters.Spec is = new Meters.Spec("penstock.node.states", "states", "1 for the state that the node is in");
        for (NodeState state : NodeState.values()) {
            meters.gauge(
                    is, Labels.of("state", state), () -> scrape.of(node, one -> Scrape.flag(one.state() == state)));
        }
        meters.counter(
                new Meters.Spec(
                        "penstock.monitor.failures",
                        "failures",
                        "Rounds of the monitor that failed for a reason of Penstock's own"),
                none,
                () -> scrape.of(node, one -> one.monitor().faults()));
        lag(meters, scrape, node);
    }

    private static void lag(Meters meters, Scrape scrape, String node) {
        Tags none = Tags.empty();
        meters.timeGauge(
                "penstock.replica.lag",
                "Time since the primary first passed what the replica has replayed",
                none,
                () -> scrape.of(node, one -> Scrape.nanos(one.lag().time())));
        meters.gauge(
                new Meters.Spec("penstock.replica.lag.bytes", "bytes", "WAL that the replica is behind the primary"),
                none,
                () -> scrape.of(
                        node, one -> one.lag().bytes().map(Long::doubleValue).orElse(Double.NaN)));
        meters.timeGauge(
                "penstock.replica.lag.age",
                "How old the measurement of the lag is",
                none,
                () -> scrape.of(node, one -> Scrape.nanos(one.lag().age())));
    }
}
