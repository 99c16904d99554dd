package dev.penstock.sizing;

import dev.penstock.sizing.Bound.Kind;
import dev.penstock.sizing.Conflict.Code;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What does not go together, in sentences. A conflict refuses when everything in it was declared or is a limit of the
 * server; predictions and live counts only warn. Used once for each plan.
 */
final class ConflictRules {
    private final SizingInput input;
    private final List<Conflict> found = new ArrayList<>();

    private ConflictRules(SizingInput input) {
        this.input = input;
    }

    static List<Conflict> conflicts(SizingInput input, List<NodePlan> nodes) {
        ConflictRules rules = new ConflictRules(input);
        nodes.forEach(rules::check);
        rules.found.sort(Comparator.comparing(conflict -> !conflict.refuses()));
        return rules.found;
    }

    private void check(NodePlan plan) {
        SlotConflicts.of(input, plan.node()).forEach(found::add);
        deadlock(plan);
        cores(plan);
        boolean calm = promise(plan);
        if (calm) {
            plan.replicaLost().ifPresent(lost -> replicaLost(plan, lost));
        }
        unasked(plan.node());
    }

    private void deadlock(NodePlan plan) {
        Optional<Bound> floor = plan.bound(Kind.DEADLOCK_FLOOR);
        if (floor.isEmpty() || input.workload().connectionsPerRequest() == 1) {
            return;
        }
        int needed = floor.get().connections();
        if (needed > plan.ceiling()) {
            found.add(new Conflict(
                    Code.DEADLOCK_FLOOR,
                    true,
                    floor.get().inputs() + " = " + needed + " connections are needed so that nested borrows cannot wait"
                            + " for each other for ever, and the pool has " + plan.ceiling() + " ("
                            + input.pool() + ")",
                    "Borrow one connection at a time in a request; or let fewer requests run at once; or "
                            + room(" to at least " + needed)));
            return;
        }
        plan.bound(Kind.SERVER_CORES)
                .filter(share -> share.connections() < needed)
                .ifPresent(
                        share -> found.add(
                                new Conflict(
                                        Code.DEADLOCK_FLOOR,
                                        input.fleet().isDeclared()
                                                && !input.size().isFound(),
                                        node(plan) + " can work on " + share.connections()
                                                + " connections of each instance at once ("
                                                + share.inputs() + "), below the " + needed
                                                + " that nested borrows need ("
                                                + floor.get().inputs() + ")",
                                        "Borrow one connection at a time in a request; or run fewer instances; or take a larger server")));
    }

    private void cores(NodePlan plan) {
        Optional<Bound> share = plan.bound(Kind.SERVER_CORES);
        Optional<Bound> needed = plan.bound(Kind.WAIT_TARGET).or(() -> plan.bound(Kind.REQUEST_FORMULA));
        if (share.isPresent()
                && needed.isPresent()
                && needed.get().connections() > share.get().connections()) {
            int instances = input.fleet().atMost();
            found.add(new Conflict(
                    Code.SERVER_CORES,
                    false,
                    node(plan) + " cannot serve this without queueing inside: " + instances + " × "
                            + needed.get().connections() + " = "
                            + instances * needed.get().connections()
                            + " connections at work on "
                            + input.workload().serverCores().orElse(0) + " cores, which serve "
                            + share.get().connections() + " each",
                    "Hold connections shorter; or run fewer instances; or send reads to replicas; or accept a longer"
                            + " wait"));
        }
    }

    /** Whether the configured pool keeps what was declared. */
    private boolean promise(NodePlan plan) {
        if (plan.predicted().isEmpty()) {
            return true;
        }
        Prediction predicted = plan.predicted().get();
        if (predicted.utilisation() >= 1) {
            found.add(new Conflict(
                    Code.OVERLOAD,
                    false,
                    node(plan) + ": " + busy(predicted) + ", so the queue only grows",
                    larger(plan)));
            return false;
        }
        if (isTooLong(predicted)) {
            found.add(new Conflict(
                    Code.WAIT_TARGET,
                    false,
                    node(plan) + ": the predicted p99 wait of " + predicted.connections() + " connections is "
                            + PlanText.millis(predicted.p99WaitMillis()) + ", above the target of " + target(),
                    larger(plan)));
            return false;
        }
        return true;
    }

    private void replicaLost(NodePlan plan, Prediction lost) {
        boolean overloaded = lost.utilisation() >= 1;
        if (overloaded || isTooLong(lost)) {
            String what = overloaded
                    ? busy(lost)
                    : "the predicted p99 wait is " + PlanText.millis(lost.p99WaitMillis()) + ", above the target of "
                            + target();
            found.add(new Conflict(
                    Code.REPLICA_LOSS,
                    false,
                    node(plan) + " cannot carry its part of the reads when one replica is lost: " + what,
                    larger(plan) + "; or add a replica"));
        }
    }

    private boolean isTooLong(Prediction predicted) {
        return input.workload().p99WaitMillis().isPresent()
                && predicted.p99WaitMillis() > input.workload().p99WaitMillis().getAsDouble();
    }

    private String target() {
        return PlanText.millis(input.workload().p99WaitMillis().orElse(0));
    }

    private static String busy(Prediction predicted) {
        return PlanText.number(predicted.utilisation() * predicted.connections())
                + " connections would be busy on average and the pool has " + predicted.connections();
    }

    private String larger(NodePlan plan) {
        String size = plan.bound(Kind.WAIT_TARGET)
                .or(() -> plan.bound(Kind.REQUEST_FORMULA))
                .map(bound -> " to " + bound.connections())
                .orElse("");
        return "Hold connections shorter; or " + room(size + " if the server has room")
                + "; or spread the load over more instances or replicas";
    }

    /** A size that was cut grows with what cut it, and with nothing else. */
    private String room(String to) {
        return switch (input.size().rule().kind()) {
            case SERVER_BUDGET -> "make room on the server: raise max_connections, or run fewer instances";
            case ROLE_LIMIT -> "make room on the server: raise the role's connection limit, or run fewer instances";
            case DATABASE_LIMIT ->
                "make room on the server: raise the database's connection limit, or run fewer instances";
            default -> "raise pool_size + max_overflow" + to;
        };
    }

    private void unasked(PlannedNode node) {
        if (node.budget().isEmpty() && !node.unseen().isEmpty()) {
            found.add(new Conflict(
                    Code.NOT_ASKED,
                    false,
                    node + " did not say what it admits, so nothing was compared: " + String.join("; ", node.unseen()),
                    "Compare max_connections with the plan by hand, or let the role read the settings"));
        }
    }

    private static String node(NodePlan plan) {
        return plan.node().toString();
    }
}
