package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.pool.NodePools;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Where a read goes: of two replicas at random the less busy one; the primary when no replica may serve. Thread-safe. */
final class ReaderChoice {
    private final ClusterNodes nodes;

    ReaderChoice(ClusterNodes nodes) {
        this.nodes = nodes;
    }

    /** @return null when every node that may serve is to be avoided */
    @Nullable
    Node choose(TopologyView view, Set<Node> avoided) {
        List<Node> readers = view.readers();
        if (!avoided.isEmpty()) {
            readers = readers.stream().filter(node -> !avoided.contains(node)).toList();
        }
        if (readers.isEmpty()) {
            Node primary = view.primary().map(NodeView::node).orElse(null);
            return primary == null || avoided.contains(primary) ? null : primary;
        }
        if (readers.size() == 1) {
            return readers.get(0);
        }
        int first = ThreadLocalRandom.current().nextInt(readers.size());
        int second = (first + 1 + ThreadLocalRandom.current().nextInt(readers.size() - 1)) % readers.size();
        return inUse(readers.get(first)) <= inUse(readers.get(second)) ? readers.get(first) : readers.get(second);
    }

    private int inUse(Node node) {
        NodePools ofNode = nodes.of(node);
        return ofNode == null ? 0 : ofNode.inUse();
    }
}
