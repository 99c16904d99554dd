package dev.penstock.topology;

import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is believed at one moment. Immutable; read through one volatile field.
 *
 * @param nodes every node, in configuration order, then in the order of their discovery
 * @param primary the node to write to; empty while there is none
 * @param readers the replicas that reads may use, none of which is too far behind
 * @param lostTimeline the timeline that was written and given up for a lower one; 0 when that never happened
 */
public record TopologyView(List<NodeView> nodes, Optional<NodeView> primary, List<Node> readers, int lostTimeline) {
    public TopologyView {
        nodes = List.copyOf(nodes);
        readers = List.copyOf(readers);
    }

    static TopologyView of(List<NodeView> nodes, Optional<NodeView> primary, int lostTimeline) {
        return new TopologyView(nodes, primary, readers(nodes, primary), lostTimeline);
    }

    /** A replica that has just been slow serves only where the primary could not do better. */
    private static List<Node> readers(List<NodeView> nodes, Optional<NodeView> primary) {
        List<Node> up = replicas(nodes, NodeState.UP);
        boolean primaryUp = primary.isPresent() && primary.get().state() == NodeState.UP;
        return up.isEmpty() && !primaryUp ? replicas(nodes, NodeState.SUSPECT) : up;
    }

    private static List<Node> replicas(List<NodeView> nodes, NodeState state) {
        return nodes.stream()
                .filter(view -> view.state() == state
                        && view.role() == Role.REPLICA
                        && !view.barred()
                        && view.node().servesReads())
                .map(NodeView::node)
                .toList();
    }

    /** @throws IllegalArgumentException for a node that is not, or no longer, in the topology */
    public NodeView of(Node node) {
        return find(node).orElseThrow(() -> new IllegalArgumentException("Unknown " + node));
    }

    /** What is believed of {@code node}; empty when it is not, or no longer, in the topology. */
    public Optional<NodeView> find(Node node) {
        return nodes.stream().filter(view -> view.node() == node).findFirst();
    }

    /** Whether {@code node} is the one to write to. */
    public boolean isPrimary(Node node) {
        return primary.isPresent() && primary.get().node() == node;
    }

    /** Whether every node refused us for a reason that waiting will not mend: trust, password or configuration. */
    public boolean isHopeless() {
        return !nodes.isEmpty()
                && nodes.stream()
                        .allMatch(view -> view.failure().isPresent()
                                && isFinal(view.failure().get()));
    }

    private static boolean isFinal(SQLException failure) {
        return ErrorClass.of(failure).isFinal();
    }
}
