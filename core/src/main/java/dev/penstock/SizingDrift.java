package dev.penstock;

import dev.penstock.observe.MeasuredLoad;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.sizing.NodePlan;
import dev.penstock.sizing.Prediction;
import dev.penstock.sizing.SizingPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Compares what nodes do with what was planned, window by window. A node has drifted when three windows in a row say so, and has
 * come back with the first that does not. Advice only: nothing grows by itself. One thread judges; any may read {@link #now}.
 */
final class SizingDrift {
    static final int WINDOWS = 3;

    /** Fewer borrows than this in a window say little about one in a hundred. */
    private static final long ENOUGH_BORROWS = 500;

    /** The prediction is good to a few parts in ten where arrivals are random; twice as long is another load. */
    private static final double WAIT_FACTOR = 2;

    private static final double BUSY_FACTOR = 1.5;

    /** Below this a wait is the scheduler's and no queue. */
    private static final double SHORTEST_WAIT_MILLIS = 1;

    private final BiConsumer<String, String> told;
    private final Map<String, Integer> windows = new HashMap<>();
    private final Map<String, String> drifted = new TreeMap<>();
    private volatile List<String> now = List.of();

    /** @param told called with node and sentence when a node has drifted */
    SizingDrift(BiConsumer<String, String> told) {
        this.told = told;
    }

    /** A sentence for each node that has drifted. */
    List<String> now() {
        return now;
    }

    /** At the end of a window. */
    void judge(SizingPlan plan, List<NodeStatus> nodes) {
        for (NodeStatus node : nodes) {
            String drift = node.load()
                    .flatMap(load -> drift(plan, node.role() == Role.PRIMARY, load))
                    .orElse("");
            int count = drift.isEmpty() ? 0 : windows.getOrDefault(node.name(), 0) + 1;
            windows.put(node.name(), count);
            if (count == 0) {
                drifted.remove(node.name());
            } else if (count >= WINDOWS) {
                drifted.put(node.name(), node.name() + ": " + drift);
            }
            if (count == WINDOWS) {
                told.accept(node.name(), drift);
            }
        }
        now = List.copyOf(drifted.values());
    }

    /** By role and not by name: after a failover another node has the primary's load. */
    private static Optional<String> drift(SizingPlan plan, boolean primary, MeasuredLoad measured) {
        return plan.nodes().stream()
                .filter(node -> node.node().primary() == primary)
                .findFirst()
                .flatMap(NodePlan::predicted)
                .filter(predicted -> measured.borrows() >= ENOUGH_BORROWS && hasLeft(predicted, measured))
                .map(predicted ->
                        sentence(predicted, plan.input().workload().holdMillis().orElse(0), measured));
    }

    private static boolean hasLeft(Prediction predicted, MeasuredLoad measured) {
        boolean waitsLonger = measured.p99WaitMillis() > WAIT_FACTOR * predicted.p99WaitMillis()
                && measured.p99WaitMillis() > SHORTEST_WAIT_MILLIS;
        return waitsLonger || measured.meanBusy() > BUSY_FACTOR * busy(predicted);
    }

    private static double busy(Prediction predicted) {
        return predicted.utilisation() * predicted.connections();
    }

    private static String sentence(Prediction predicted, double holdMillis, MeasuredLoad measured) {
        return String.format(
                Locale.ROOT,
                "predicted p99 wait %.1f ms, measured %.1f ms; %.0f borrows/s held their connection for %.1f ms each, where"
                        + " %.0f/s and %.1f ms were declared. Plan again with what is measured (penstock plan), or find out"
                        + " what became slower.",
                predicted.p99WaitMillis(),
                measured.p99WaitMillis(),
                measured.borrowsPerSecond(),
                measured.holdMillis(),
                holdMillis == 0 ? 0 : busy(predicted) / holdMillis * 1000,
                holdMillis);
    }
}
