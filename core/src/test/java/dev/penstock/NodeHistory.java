package dev.penstock;

import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Everything that a database told of its nodes since this listener was added. Thread-safe. */
public final class NodeHistory implements DatabaseListener {
    private final Queue<NodeStatus> changes = new ConcurrentLinkedQueue<>();
    private final Queue<String> fences = new ConcurrentLinkedQueue<>();
    private final Queue<String> retries = new ConcurrentLinkedQueue<>();

    public static NodeHistory of(Database db) {
        NodeHistory history = new NodeHistory();
        db.addListener(history);
        return history;
    }

    @Override
    public void nodeChanged(NodeStatus before, NodeStatus after) {
        changes.add(after);
    }

    @Override
    public void nodeFenced(String node, String reason) {
        fences.add(node + ": " + reason);
    }

    @Override
    public void readRetried(String node, String sqlState) {
        retries.add(node + " " + sqlState);
    }

    /** The nodes that were given up at some time, and how they came to be. */
    public List<String> lost() {
        return changes.stream()
                .filter(after -> after.state() == NodeState.DOWN || after.state() == NodeState.FENCED)
                .map(after -> after.name() + " " + after.state() + " "
                        + after.monitor().lastFailure())
                .toList();
    }

    /** Node and reason of each fence. */
    public List<String> fences() {
        return List.copyOf(fences);
    }

    /** Node and SQLSTATE of each read that ran again. */
    public List<String> retries() {
        return List.copyOf(retries);
    }
}
