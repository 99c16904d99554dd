package dev.penstock.metrics;

import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import io.micrometer.core.instrument.Tags;

/** What is believed of one member. */
final class MemberGauges {
    private MemberGauges() {}

    static void register(Meters meters, Scrape scrape, String member) {
        Tags none = Tags.empty();
        meters.gauge(
                new Meters.Spec("penstock.serving.members", "members", "1 while work may be sent to the member"),
                none,
                () -> scrape.of(member, node -> Scrape.flag(node.state().serves())));
        Meters.Spec plays = new Meters.Spec("penstock.members", "members", "1 for the role that the member plays");
        for (Role role : Role.values()) {
            meters.gauge(
                    plays, Labels.of("role", role), () -> scrape.of(member, node -> Scrape.flag(node.role() == role)));
        }
        Meters.Spec is = new Meters.Spec("penstock.member.states", "states", "1 for the state that the member is in");
        for (NodeState state : NodeState.values()) {
            meters.gauge(
                    is, Labels.of("state", state), () -> scrape.of(member, node -> Scrape.flag(node.state() == state)));
        }
        meters.counter(
                new Meters.Spec(
                        "penstock.monitor.failures",
                        "failures",
                        "Rounds of the monitor that failed for a reason of Penstock's own"),
                none,
                () -> scrape.of(member, node -> node.monitorFailures()));
        lag(meters, scrape, member);
    }

    private static void lag(Meters meters, Scrape scrape, String member) {
        Tags none = Tags.empty();
        meters.timeGauge(
                "penstock.replica.lag",
                "Time since the primary first passed what the replica has replayed",
                none,
                () -> scrape.of(member, node -> Scrape.nanos(node.lag())));
        meters.gauge(
                new Meters.Spec("penstock.replica.lag.bytes", "bytes", "WAL that the replica is behind the primary"),
                none,
                () -> scrape.of(
                        member, node -> node.lagBytes().map(Long::doubleValue).orElse(Double.NaN)));
        meters.timeGauge(
                "penstock.replica.lag.age",
                "How old the measurement of the lag is",
                none,
                () -> scrape.of(member, node -> Scrape.nanos(node.lagAge())));
    }
}
