package dev.penstock.sizing;

import java.util.List;

/**
 * Everything a plan is made from. Immutable.
 *
 * @param size the size of the pool of one server, and why
 * @param workload what one instance does
 * @param fleet how many instances there are
 * @param nodes the primary first
 */
public record SizingInput(PoolSize size, Workload workload, Fleet fleet, List<PlannedNode> nodes) {
    /** Each open database keeps one connection besides its pool, to look after the server. */
    static final int MONITOR = 1;

    public SizingInput {
        nodes = List.copyOf(nodes);
    }

    /** With a size that somebody wrote. */
    public SizingInput(PoolSplit pool, Workload workload, Fleet fleet, List<PlannedNode> nodes) {
        this(PoolSize.byHand(pool), workload, fleet, nodes);
    }

    /** The pool of one server. */
    public PoolSplit pool() {
        return size.pool();
    }

    /** Of this database and its neighbours, their monitors included. */
    int sessionsPerInstance(PlannedNode node) {
        return pool().ceiling()
                + MONITOR
                + node.neighbours().stream().mapToInt(Neighbour::connections).sum();
    }

    int replicas() {
        return (int) nodes.stream().filter(node -> !node.primary()).count();
    }

    /** How many borrows a second reach that server with so many replicas up. */
    double borrowsPerSecond(PlannedNode node, int replicasUp) {
        double all = workload.borrowsPerSecond().orElse(0);
        if (workload.readShare().isEmpty()) {
            return all;
        }
        double reads = all * workload.readShare().getAsDouble();
        if (node.primary()) {
            return all - reads + (replicasUp <= 0 ? reads : 0);
        }
        return reads / Math.max(1, replicasUp);
    }
}
