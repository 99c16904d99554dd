package dev.penstock.topology;

import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is believed at one moment. Immutable; read through one volatile field.
 *
 * @param nodes every node, in configuration order, then in the order of their discovery
 * @param primary the node to write to; empty while there is none
 * @param readers the replicas that reads may use, none of which is too far behind
 * @param lost what was written and given up for another history
 * @param replacement the cluster that may have taken the place of ours; empty while ours has a primary
 */
public record TopologyView(
        List<NodeView> nodes,
        Optional<NodeView> primary,
        List<Node> readers,
        Loss lost,
        Optional<Replacement> replacement) {
    /**
     * Another cluster whose servers answer where those of ours did. Only an operator knows whether it is the same database.
     *
     * @param expected the system identifier of ours
     * @param seen the system identifier of the other one
     * @param pinned whether the configuration says that it is to be ours
     */
    public record Replacement(String expected, String seen, boolean pinned) {}

    /**
     * A history that was given up.
     *
     * @param timeline the timeline that was written last and given up; 0 when that never happened
     * @param times how often that has happened, since the same number may be given up again
     */
    public record Loss(int timeline, int times) {
        static final Loss NONE = new Loss(0, 0);

        Loss and(int another) {
            return new Loss(another, times + 1);
        }
    }

    public TopologyView {
        nodes = List.copyOf(nodes);
        readers = List.copyOf(readers);
    }

    static TopologyView of(
            List<NodeView> nodes, Optional<NodeView> primary, Loss lost, Optional<Replacement> replacement) {
        return new TopologyView(nodes, primary, readers(nodes, primary), lost, replacement);
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
                        && view.node().servesReads()
                        && !view.node().startMode().isRefusedByReplicas())
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

    /** Whether a server answers that belongs to the cluster {@code systemIdentifier}. */
    public boolean hasServerOf(String systemIdentifier) {
        return nodes.stream().anyMatch(view -> view.isOf(systemIdentifier));
    }

    /** The nodes that lead to a server to which an earlier one leads as well, each with that one. */
    public Map<Node, Node> aliases() {
        Map<List<Object>, Node> servers = new HashMap<>();
        Map<Node, Node> aliases = new LinkedHashMap<>();
        for (NodeView view : nodes) {
            ProbeAnswer answer = view.answer();
            if (answer != null && view.state().serves()) {
                Node earlier =
                        servers.putIfAbsent(List.of(answer.systemIdentifier(), answer.postmaster()), view.node());
                if (earlier != null) {
                    aliases.put(view.node(), earlier);
                }
            }
        }
        return aliases;
    }

    /** Whether every server answers, and none of them can be written because all are replicas. */
    public boolean hasReplicasAlone() {
        return !nodes.isEmpty() && nodes.stream().allMatch(view -> view.role() == Role.REPLICA);
    }

    /** Whether {@code node} is the one to write to. */
    public boolean isPrimary(Node node) {
        return primary.isPresent() && primary.get().node() == node;
    }

    /**
     * What tells the timeline that {@code writer} writes from others of the same number; 0 when that is not known, or when it is known to write
     * another one than {@code timeline}.
     */
    public long originOf(Node writer, int timeline) {
        NodeView known =
                isPrimary(writer) ? primary.orElseThrow() : find(writer).orElse(null);
        return known != null && known.timeline() == timeline ? known.origin() : 0;
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
