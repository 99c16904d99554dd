package dev.penstock.observe;

import dev.penstock.sizing.SizingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole database as last observed; reading it does no I/O. Immutable.
 *
 * @param nodes every configured node, in configuration order
 * @param tls the certificates that new connections use
 * @param routes how often work went where since the database was opened, by reason; every reason is there
 * @param sizing how many connections and why, with what the servers have said so far; empty when nobody planned
 * @param drift where the measured load has left the planned one, a sentence for each node; empty when it has not
 */
public record DatabaseStatus(
        List<NodeStatus> nodes,
        TlsStatus tls,
        Map<RouteReason, Long> routes,
        Optional<SizingPlan> sizing,
        List<String> drift) {
    public DatabaseStatus {
        routes = Map.copyOf(routes);
        nodes = List.copyOf(nodes);
        drift = List.copyOf(drift);
    }

    /** Before anybody planned. */
    public DatabaseStatus(List<NodeStatus> nodes, TlsStatus tls, Map<RouteReason, Long> routes) {
        this(nodes, tls, routes, Optional.empty(), List.of());
    }

    /** The same with that plan, and what has left it. */
    public DatabaseStatus with(SizingPlan plan, List<String> left) {
        return new DatabaseStatus(nodes, tls, routes, Optional.of(plan), left);
    }

    /** The node that writes go to; empty while there is none. */
    public Optional<NodeStatus> primary() {
        return nodes.stream()
                .filter(node -> node.role() == Role.PRIMARY && node.state().serves())
                .findFirst();
    }

    /** The node of that logical name. */
    public Optional<NodeStatus> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }
}
