package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import dev.penstock.pool.Holders;
import dev.penstock.pool.NodePools;
import dev.penstock.pool.Ticks;
import dev.penstock.sizing.PoolSplit;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that are known now, each with its pools, and how pools end. Thread-safe.
 *
 * <p>Concurrency: no lock, because listeners are asked here. Whoever adds a node makes its pools known before it looks for listeners, and whoever
 * adds or removes a listener does that before it looks for pools: of two that meet, at least one sees the other. The same holds for the size.
 */
final class ClusterNodes {
    private final DatabaseConfig config;
    private final Connector connector;
    private final Ticks ticks = new Ticks();
    private final Map<Node, NodePools> pools = new ConcurrentHashMap<>();
    private final List<DatabaseListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger named = new AtomicInteger();
    private volatile @Nullable PoolSplit size;
    private volatile Runnable limitsHeard = () -> {};

    ClusterNodes(DatabaseConfig config, Connector connector) {
        this.config = config;
        this.connector = connector;
    }

    /** A node under the next free name, not known yet. */
    Node named(Endpoint endpoint, Optional<InetAddress> address) {
        return new Node(Node.nameOf(named.incrementAndGet()), endpoint, address);
    }

    /** Its pools are there from now on; nothing is opened before it is borrowed. */
    void add(Node node) {
        config.warnings(node.endpoint()).forEach(warning -> RoutingLog.LOG.warn("{}: {}", node, warning));
        node.onLimits(() -> limitsHeard.run());
        NodePools ofNode = new NodePools(config, node, connector, ticks);
        pools.put(node, ofNode);
        PoolSplit found = size;
        if (found != null) {
            ofNode.size(found);
        }
        listeners.forEach(listener -> introduce(listener, ofNode));
    }

    /** The size of every pool that there is, and of those to come; nothing is lent before it is known. */
    void size(PoolSplit found) {
        size = found;
        pools.values().forEach(ofNode -> ofNode.size(found));
    }

    /** It hears of every pool that there is, and of those to come. */
    void addListener(DatabaseListener listener) {
        listeners.add(listener);
        pools.values().forEach(ofNode -> introduce(listener, ofNode));
    }

    /** A listener that was removed while it was asked hears nothing. */
    private void introduce(DatabaseListener listener, NodePools ofNode) {
        ofNode.addListener(listener);
        if (!listeners.contains(listener)) {
            ofNode.removeListener(listener);
        }
    }

    void removeListener(DatabaseListener listener) {
        listeners.remove(listener);
        pools.values().forEach(ofNode -> ofNode.removeListener(listener));
    }

    /** Whether anybody wants to know how long borrows take. */
    boolean areTimed() {
        return pools.values().stream()
                .anyMatch(ofNode -> ofNode.listener(Purpose.READ) != PoolListener.NONE
                        || ofNode.listener(Purpose.WRITE) != PoolListener.NONE);
    }

    /** What borrows are measured with. */
    Ticks ticks() {
        return ticks;
    }

    @Nullable
    NodePools of(Node node) {
        return pools.get(node);
    }

    /** Each with its pools, as they are now; changes are seen by whoever iterates later. */
    Map<Node, NodePools> all() {
        return pools;
    }

    Collection<NodePools> pools() {
        return pools.values();
    }

    void onLimits(Runnable heard) {
        limitsHeard = heard;
    }

    /** Nobody is let in any more; who is inside may finish within a statement's time, and then its pools end. */
    void remove(Node node) {
        NodePools ofNode = pools.get(node);
        if (ofNode == null) {
            return;
        }
        ofNode.stopLending();
        node.retireConnections();
        ofNode.evictRetired();
        Thread drain = new Thread(() -> drain(ofNode), "penstock-drain-" + node.name());
        drain.setDaemon(true);
        drain.start();
    }

    private void drain(NodePools ofNode) {
        Duration patience = config.timeouts().socket();
        try {
            ofNode.awaitReturns(System.nanoTime() + patience.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        warnOfHolders(List.of(ofNode), patience.toMillis() + " ms (the node has left the cluster)");
        ofNode.close();
        pools.remove(ofNode.node());
    }

    /** Work in flight may end by itself for {@code patience}; nobody new is let in. Then everything is broken, side by side. */
    void close(Duration patience) {
        ticks.close();
        pools.values().forEach(NodePools::stopLending);
        awaitReturns(System.nanoTime() + patience.toNanos());
        warnOfHolders(pools.values(), patience.toMillis() + " ms (timeouts.close)");
        List<Thread> closing = pools.values().stream()
                .map(ofNode -> new Thread(
                        ofNode::close, "penstock-close-" + ofNode.node().name()))
                .toList();
        closing.forEach(Thread::start);
        try {
            for (Thread one : closing) {
                one.join();
            }
        } catch (InterruptedException e) {
            // The pools end by themselves; only the waiting for them does not.
            Thread.currentThread().interrupt();
        }
    }

    /** One line, whatever the number of nodes. Nobody else tells of a connection that was leaked: it has no borrower who would get an error. */
    private static void warnOfHolders(Collection<NodePools> closing, String patience) {
        int count = 0;
        List<String> told = new ArrayList<>();
        for (NodePools ofNode : closing) {
            Holders holders = ofNode.holders();
            if (holders.count() > 0) {
                count += holders.count();
                told.add(ofNode.node().name() + ": " + holders);
            }
        }
        if (count > 0) {
            RoutingLog.LOG.warn(
                    "Connections still in use after {} are broken, {} in all: {}",
                    patience,
                    count,
                    String.join("; ", told));
        }
    }

    private void awaitReturns(long deadline) {
        try {
            for (NodePools ofNode : pools.values()) {
                ofNode.awaitReturns(deadline);
            }
        } catch (InterruptedException e) {
            // Whoever closes is in a hurry: what is still in flight is broken.
            Thread.currentThread().interrupt();
        }
    }
}
