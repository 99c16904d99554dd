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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * What a new view means for the pools. The view itself is already published when this runs, so work goes to the new
 * places first, and only then do the old connections go.
 *
 * <p>Concurrency: called under the topology's lock. What must hold from the moment of the publication is done there: epochs are raised, so that no
 * session of a role that was lost is lent, and gates are set. What closes sockets, writes to the log or calls a listener is done after that, in the
 * same order, on the one thread of this class.
 */
final class RoleChanges implements Topology.Listener, AutoCloseable {
    private final double primaryReadShare;
    private final Map<Node, NodePools> pools;
    private final Events events;
    private final StandingWarnings warnings;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), RoleChanges::daemon, new DiscardPolicy());

    RoleChanges(DatabaseConfig config, Map<Node, NodePools> pools, Events events, StandingWarnings warnings) {
        this.primaryReadShare = primaryReadShare(config);
        this.pools = pools;
        this.events = events;
        this.warnings = warnings;
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-roles");
        thread.setDaemon(true);
        return thread;
    }

    /** Replicas that are yet to be discovered count as replicas. */
    private static double primaryReadShare(DatabaseConfig config) {
        boolean discovers = config.topology().discovery() != DiscoveryMethod.STATIC;
        return config.pool().primaryReadShare(discovers || !config.replicas().isEmpty());
    }

    @Override
    public void changed(TopologyView before, TopologyView after) {
        List<Runnable> putOff = new ArrayList<>();
        pools.forEach((node, ofNode) -> apply(ofNode, before, after, putOff));
        if (!nameOfPrimary(before).equals(nameOfPrimary(after))) {
            putOff.add(() -> announcePrimary(nameOfPrimary(before), after));
        }
        if (!after.lost().equals(before.lost())) {
            putOff.add(() -> announceLoss(after));
        }
        if (!after.replacement().equals(before.replacement())) {
            putOff.add(() -> announceReplacement(after.replacement()));
        }
        Map<Node, Node> aliases = after.aliases();
        if (!aliases.equals(before.aliases())) {
            putOff.add(() -> warnings.tellOf(aliases));
        }
        putOff(putOff);
    }

    private void putOff(List<Runnable> steps) {
        if (!steps.isEmpty()) {
            thread.execute(() -> steps.forEach(RoleChanges::run));
        }
    }

    /** A step that fails keeps none of the others from being done. */
    private static void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            RoutingLog.LOG.warn("What follows a change of roles failed", e);
        }
    }

    @Override
    public void moved(Node node) {
        NodePools ofNode = pools.get(node);
        if (ofNode != null) {
            node.retireConnections();
            putOff(List.of(ofNode::evictRetired));
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

    private void apply(NodePools ofNode, TopologyView before, TopologyView after, List<Runnable> putOff) {
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
            ofNode.limitReads(isPrimary ? primaryReadShare : 1);
        }
        if (was.state().serves() && !is.state().serves()) {
            putOff.add(giveUp(ofNode, is));
        } else if (wasPrimary && !isPrimary) {
            ofNode.node().retireConnections();
            ofNode.sendWaitersAway(false);
            putOff.add(ofNode::evictRetired);
        }
        putOff.add(() -> announceNode(was, is, ofNode));
    }

    /**
     * A server that is stopping lets its sessions end by themselves; one that is gone, or silent, never answers them.
     *
     * @return what is left to do without the lock
     */
    private static Runnable giveUp(NodePools ofNode, NodeView lost) {
        boolean stopping = lost.failure()
                .filter(e -> ErrorClass.of(e) == ErrorClass.NOT_NOW)
                .isPresent();
        int current = ofNode.node().retireConnections();
        ofNode.sendWaitersAway(true);
        return () -> {
            if (lost.state() == NodeState.DOWN && !stopping) {
                ofNode.node().abortConnectionsBefore(current);
            }
            ofNode.evictRetired();
        };
    }

    private void announceNode(NodeView was, NodeView is, NodePools ofNode) {
        NodeStatus before = NodeStatuses.of(was, ofNode);
        NodeStatus after = NodeStatuses.of(is, ofNode);
        events.tell("nodeChanged", listener -> listener.nodeChanged(before, after));
        if (is.state() == NodeState.FENCED && was.state() != NodeState.FENCED) {
            String reason = is.reason().orElse("");
            RoutingLog.LOG.warn("{} is fenced: {}", is.node(), reason);
            events.tell("nodeFenced", listener -> listener.nodeFenced(is.node().name(), reason));
        } else if (was.state() != is.state() && is.failure().isPresent()) {
            RoutingLog.LOG.info("{} is {} (was {}): {}", is.node(), is.state(), was.state(), NoNode.why(is));
        } else if (was.state() != is.state()) {
            RoutingLog.LOG.info("{} is {} (was {})", is.node(), is.state(), was.state());
        }
    }

    private void announceLoss(TopologyView after) {
        String node = nameOfPrimary(after);
        int timeline = after.primary().map(NodeView::timeline).orElse(0);
        int lost = after.lost().timeline();
        RoutingLog.LOG.warn(
                "{} writes timeline {} after timeline {} was written elsewhere: what was written there is lost",
                node,
                timeline,
                lost);
        events.tell("historyLost", listener -> listener.historyLost(node, timeline, lost));
    }

    private static void announceReplacement(Optional<TopologyView.Replacement> replacement) {
        replacement.ifPresent(one -> RoutingLog.LOG.warn("Nothing can be written. {}", NoNode.replaced(one)));
    }

    private static String nameOfPrimary(TopologyView view) {
        return view.primary().map(primary -> primary.node().name()).orElse("");
    }

    private void announcePrimary(String was, TopologyView after) {
        String is = nameOfPrimary(after);
        if (is.isEmpty()) {
            RoutingLog.LOG.warn("There is no primary any more; the last one was {}", was);
            events.tell("primaryLost", listener -> listener.primaryLost(was));
        } else {
            int timeline = after.primary().map(NodeView::timeline).orElse(0);
            RoutingLog.LOG.info("{} is the primary, on timeline {}", is, timeline);
            events.tell("primaryElected", listener -> listener.primaryElected(is, timeline));
        }
    }

    /** What was put off before is still done. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
