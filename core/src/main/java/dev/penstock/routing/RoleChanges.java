package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.DiscoveryMethod;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.pool.NodePools;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Topology;
import dev.penstock.topology.TopologyView;
import java.util.Map;

/**
 * What a new view means for the pools. The view itself is already published when this runs, so work goes to the new
 * places first, and only then do the old connections go.
 */
final class RoleChanges implements Topology.Listener {
    private final int ceiling;
    private final int primaryReads;
    private final Map<Node, NodePools> pools;
    private final Events events;

    RoleChanges(DatabaseConfig config, Map<Node, NodePools> pools, Events events) {
        this.ceiling = config.pool().ceiling();
        this.primaryReads = primaryReads(config);
        this.pools = pools;
        this.events = events;
    }

    /** A share that is not zero admits at least one read. Replicas that are yet to be discovered count as replicas. */
    static int primaryReads(DatabaseConfig config) {
        boolean discovers = config.topology().discovery() != DiscoveryMethod.STATIC;
        double share =
                config.pool().primaryReadShare(discovers || !config.replicas().isEmpty());
        return (int) Math.ceil(share * config.pool().ceiling() - 1e-9);
    }

    @Override
    public void changed(TopologyView before, TopologyView after) {
        pools.forEach((node, ofNode) -> apply(ofNode, before, after));
        announcePrimary(before, after);
        announceLoss(before, after);
    }

    @Override
    public void moved(Node node) {
        NodePools ofNode = pools.get(node);
        if (ofNode != null) {
            node.retireConnections();
            ofNode.evictRetired();
        }
    }

    @Override
    public void probed(Node node, boolean answered, long nanos) {
        events.tell("probed", listener -> listener.probed(node.name(), answered, nanos));
    }

    @Override
    public boolean isHeard() {
        return events.areHeard();
    }

    private void apply(NodePools ofNode, TopologyView before, TopologyView after) {
        NodeView is = after.find(ofNode.node()).orElse(null);
        NodeView was = before.find(ofNode.node()).orElse(is);
        if (is == null || was == null) {
            return;
        }
        boolean wasPrimary = before.isPrimary(ofNode.node());
        boolean isPrimary = after.isPrimary(ofNode.node());
        if (was.state() == is.state() && was.role() == is.role() && wasPrimary == isPrimary) {
            return;
        }
        if (wasPrimary != isPrimary) {
            ofNode.limitReads(isPrimary ? primaryReads : ceiling);
        }
        if (was.state().serves() && !is.state().serves()) {
            giveUp(ofNode, is);
        } else if (wasPrimary && !isPrimary) {
            ofNode.node().retireConnections();
            ofNode.sendWaitersAway(false);
            ofNode.evictRetired();
        }
        announceNode(was, is, ofNode);
    }

    /** A server that is stopping lets its sessions end by themselves; one that is gone, or silent, never answers them. */
    private static void giveUp(NodePools ofNode, NodeView lost) {
        boolean stopping = lost.failure()
                .filter(e -> ErrorClass.of(e) == ErrorClass.NOT_NOW)
                .isPresent();
        ofNode.node().retireConnections();
        ofNode.sendWaitersAway(true);
        if (lost.state() == NodeState.DOWN && !stopping) {
            ofNode.node().abortLiveConnections();
        }
        ofNode.evictRetired();
    }

    private void announceNode(NodeView was, NodeView is, NodePools ofNode) {
        NodeStatus before = NodeStatuses.of(was, ofNode);
        NodeStatus after = NodeStatuses.of(is, ofNode);
        events.tell("nodeChanged", listener -> listener.nodeChanged(before, after));
        if (is.state() == NodeState.FENCED && was.state() != NodeState.FENCED) {
            String reason = is.reason().orElse("");
            RoutingLog.LOG.warn("{} is fenced: {}", is.node(), reason);
            events.tell("nodeFenced", listener -> listener.nodeFenced(is.node().name(), reason));
        } else if (was.state() != is.state()) {
            RoutingLog.LOG.info("{} is {} (was {})", is.node(), is.state(), was.state());
        }
    }

    private void announceLoss(TopologyView before, TopologyView after) {
        if (after.lostTimeline() != before.lostTimeline()) {
            String node = after.primary().map(view -> view.node().name()).orElse("");
            int timeline = after.primary().map(NodeView::timeline).orElse(0);
            RoutingLog.LOG.warn(
                    "{} writes timeline {} after timeline {} was written elsewhere: what was written there is lost",
                    node,
                    timeline,
                    after.lostTimeline());
            events.tell("historyLost", listener -> listener.historyLost(node, timeline, after.lostTimeline()));
        }
    }

    private void announcePrimary(TopologyView before, TopologyView after) {
        String was = before.primary().map(view -> view.node().name()).orElse("");
        String is = after.primary().map(view -> view.node().name()).orElse("");
        if (was.equals(is)) {
            return;
        }
        if (is.isEmpty()) {
            RoutingLog.LOG.warn("There is no primary any more; the last one was {}", was);
            events.tell("primaryLost", listener -> listener.primaryLost(was));
        } else {
            int timeline = after.primary().map(NodeView::timeline).orElse(0);
            RoutingLog.LOG.info("{} is the primary, on timeline {}", is, timeline);
            events.tell("primaryElected", listener -> listener.primaryElected(is, timeline));
        }
    }
}
