package dev.penstock.observe;

import java.util.List;
import java.util.Optional;

/**
 * The whole database as last observed; reading it does no I/O. Immutable.
 *
 * @param nodes every configured node, in configuration order
 * @param tls the certificates that new connections use
 */
public record DatabaseStatus(List<NodeStatus> nodes, TlsStatus tls) {
    public DatabaseStatus {
        nodes = List.copyOf(nodes);
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
