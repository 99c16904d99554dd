package dev.penstock.topology;

import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is believed at one moment. Immutable; read through one volatile field.
 *
 * @param nodes every configured node, in configuration order
 * @param primary the node to write to; empty while there is none
 * @param readers the replicas that reads may use, none of which is too far behind
 */
public record TopologyView(List<NodeView> nodes, Optional<NodeView> primary, List<Node> readers) {
    public TopologyView {
        nodes = List.copyOf(nodes);
        readers = List.copyOf(readers);
    }

    public NodeView of(Node node) {
        return nodes.stream()
                .filter(view -> view.node() == node)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown " + node));
    }

    /** Whether {@code node} is the one to write to. */
    public boolean isPrimary(Node node) {
        return primary.isPresent() && primary.get().node() == node;
    }

    /** Whether every node refused us for a reason that waiting will not mend: trust, password or configuration. */
    public boolean isHopeless() {
        return nodes.stream()
                .allMatch(view ->
                        view.failure().isPresent() && isFinal(view.failure().get()));
    }

    private static boolean isFinal(SQLException failure) {
        return ErrorClass.of(failure).isFinal();
    }
}
