package dev.penstock.sizing;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How many connections, and why: every bound of every server, the one that decides, what the configured pool will do, and
 * what does not go together. Immutable; {@link #toString()} is a table for people.
 *
 * <p>The rule: {@code min(server budget, share of the cores, max(deadlock floor, queueing))}. When the minimum falls below
 * the deadlock floor, or what was declared does not fit into what a server admits, the plan refuses.
 *
 * @param input what it was made from
 * @param servers one plan for each server, in the order of the input
 * @param conflicts what does not go together, those that refuse first
 */
public record SizingPlan(SizingInput input, List<ServerPlan> servers, List<Conflict> conflicts) {
    public SizingPlan(SizingInput input, List<ServerPlan> servers, List<Conflict> conflicts) {
        this.input = Objects.requireNonNull(input, "input");
        this.servers = List.copyOf(servers);
        this.conflicts = List.copyOf(conflicts);
    }

    /** The plan for that input. Pure: the same input gives the same plan. */
    public static SizingPlan of(SizingInput input) {
        List<ServerPlan> servers = input.servers().stream()
                .map(server -> ServerBounds.plan(input, server))
                .toList();
        return new SizingPlan(input, servers, ConflictRules.conflicts(input, servers));
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
     * The sessions that all declared instances may open on one server together, as the plan counts them.
     *
     * @param name the server's logical name
     * @return empty when no instances are declared, no server has that name, or a pooler shares its sessions
     */
    public OptionalInt sessionsOn(String name) {
        return servers.stream()
                .map(ServerPlan::server)
                .filter(server -> server.name().equals(name)
                        && !server.pooled()
                        && input.fleet().isDeclared())
                .mapToInt(server -> input.fleet().atMost() * input.sessionsPerInstance(server))
                .findFirst();
    }

    /** The plan as a table, several lines without a newline at the end. */
    @Override
    public String toString() {
        return PlanText.of(this);
    }
}
