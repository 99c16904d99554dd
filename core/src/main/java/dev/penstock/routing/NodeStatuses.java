package dev.penstock.routing;

import dev.penstock.observe.NodeStatus;
import dev.penstock.pool.NodePools;
import dev.penstock.topology.NodeView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the topology believes of a node and what its pools hold, told as one. */
final class NodeStatuses {
    private NodeStatuses() {}

    static NodeStatus of(NodeView view, @Nullable NodePools pools) {
        return new NodeStatus(
                view.node().name(),
                view.node().endpoint().toString(),
                view.state(),
                view.role(),
                view.state().serves() ? view.timeline() : 0,
                view.lag(),
                view.lagBytes(),
                pools == null ? List.of() : pools.snapshots(),
                view.failure()
                        .map(failure -> String.valueOf(failure.getMessage()))
                        .or(view::reason));
    }
}
