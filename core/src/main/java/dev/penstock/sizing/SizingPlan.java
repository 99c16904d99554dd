package dev.penstock.sizing;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How many connections, and why: every bound of every node, the one that decides, what the configured pool will do, and
 * what does not go together. Immutable; {@link #toString()} is a table for people.
 *
 * <p>The rule: {@code min(server budget, share of the cores, max(deadlock floor, queueing))}. When the minimum falls below
 * the deadlock floor, or what was declared does not fit into what a server admits, the plan refuses.
 *
 * @param input what it was made from
 * @param nodes one plan for each node, in the order of the input
 * @param conflicts what does not go together, those that refuse first
 */
public record SizingPlan(SizingInput input, List<NodePlan> nodes, List<Conflict> conflicts) {
    public SizingPlan(SizingInput input, List<NodePlan> nodes, List<Conflict> conflicts) {
        this.input = Objects.requireNonNull(input, "input");
        this.nodes = List.copyOf(nodes);
        this.conflicts = List.copyOf(conflicts);
    }

    /** The plan for that input. Pure: the same input gives the same plan. */
    public static SizingPlan of(SizingInput input) {
        List<NodePlan> nodes =
                input.nodes().stream().map(node -> NodeBounds.plan(input, node)).toList();
        return new SizingPlan(input, nodes, ConflictRules.conflicts(input, nodes));
    }

    /** The plan after that change. */
    public SizingPlan whatIf(WhatIf change) {
        return of(change.apply(input));
    }

    /** The size of the pool, and the rule that decided it. */
    public PoolSize size() {
        return input.size();
    }

    /** Conflicts for which a database refuses to open. */
    public List<Conflict> refusals() {
        return conflicts.stream().filter(Conflict::refuses).toList();
    }

    /** Conflicts that an operator should know of. */
    public List<Conflict> warnings() {
        return conflicts.stream().filter(conflict -> !conflict.refuses()).toList();
    }

    /**
     * The sessions that all declared instances may open on one node together, as the plan counts them.
     *
     * @param name the node's logical name
     * @return empty when no instances are declared, no node has that name, or a pooler shares its sessions
     */
    public OptionalInt sessionsOn(String name) {
        return nodes.stream()
                .map(NodePlan::node)
                .filter(node -> node.name().equals(name)
                        && !node.pooled()
                        && input.fleet().isDeclared())
                .mapToInt(node -> input.fleet().atMost() * input.sessionsPerInstance(node))
                .findFirst();
    }

    /** The plan as a table, several lines without a newline at the end. */
    @Override
    public String toString() {
        return PlanText.of(this);
    }
}
