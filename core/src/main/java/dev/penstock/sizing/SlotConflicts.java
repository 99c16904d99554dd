package dev.penstock.sizing;

import dev.penstock.sizing.Conflict.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** More sessions than a server has slots: of all instances as declared, or of those that are connected. */
final class SlotConflicts {
    /** One limit of a server: how it is told, how it is raised, and what it is now. */
    private record Limit(Code code, int slots, String said, String raise, int now) {}

    private final SizingInput input;
    private final PlannedNode node;
    private final List<Conflict> found = new ArrayList<>();

    private SlotConflicts(SizingInput input, PlannedNode node) {
        this.input = input;
        this.node = node;
    }

    static List<Conflict> of(SizingInput input, PlannedNode node) {
        SlotConflicts conflicts = new SlotConflicts(input, node);
        node.budget().ifPresent(conflicts::check);
        return conflicts.found;
    }

    private void check(ServerBudget budget) {
        declared(budgetLimit(budget), neighbour -> true);
        budget.roleLimit()
                .ifPresent(limit -> declared(
                        new Limit(
                                Code.ROLE_LIMIT,
                                limit,
                                "the role's connection limit",
                                "raise it with ALTER ROLE ... CONNECTION LIMIT",
                                limit),
                        Neighbour::sameRole));
        budget.databaseLimit()
                .ifPresent(limit -> declared(
                        new Limit(
                                Code.DATABASE_LIMIT,
                                limit,
                                "the database's connection limit",
                                "raise it with ALTER DATABASE ... CONNECTION LIMIT",
                                limit),
                        Neighbour::sameDatabase));
        if (found.isEmpty()) {
            node.live().ifPresent(live -> live(live, budgetLimit(budget)));
        }
    }

    private static Limit budgetLimit(ServerBudget budget) {
        String said = "max_connections " + budget.maxConnections() + " − " + budget.superuserReservedConnections()
                + " superuser_reserved_connections − " + budget.reservedConnections() + " reserved_connections";
        return new Limit(Code.SERVER_BUDGET, budget.usable(), said, "raise max_connections", budget.maxConnections());
    }

    private void declared(Limit limit, Predicate<Neighbour> counts) {
        List<Neighbour> besides = node.neighbours().stream().filter(counts).toList();
        int each = each(besides);
        int instances = input.fleet().atMost();
        long wanted = (long) each * instances;
        if (wanted > limit.slots()) {
            found.add(new Conflict(
                    limit.code(),
                    input.fleet().isDeclared(),
                    input.fleet() + " may open " + instances + " × " + perInstance(besides) + " = " + wanted
                            + " sessions on " + node + ", which admits " + limit.slots() + " ("
                            + limit.said() + ")",
                    remedy(limit, 0, instances * (besides.size() + 1), wanted)));
        }
    }

    private void live(LiveSessions live, Limit limit) {
        int instances = live.instances().orElse(1);
        long wanted = (long) each(node.neighbours()) * instances + live.others();
        int declared = input.fleet().atMost();
        if (wanted > limit.slots()) {
            found.add(new Conflict(
                    Code.LIVE_SESSIONS,
                    false,
                    connected(live) + " may open " + instances + " × " + perInstance(node.neighbours())
                            + (live.others() == 0 ? "" : " and with " + PlanText.others(live)) + " = "
                            + wanted + " sessions on " + node + ", which admits " + limit.slots() + " ("
                            + limit.said() + ")",
                    remedy(limit, live.others(), instances * (node.neighbours().size() + 1), wanted)));
        } else if (input.fleet().isDeclared() && instances > declared) {
            found.add(new Conflict(
                    Code.LIVE_SESSIONS,
                    false,
                    connected(live) + " are connected to " + node + ", and " + declared + " at most were declared ("
                            + input.fleet() + ")",
                    "Raise instances or deploy_surge to what really runs; during a deploy wait until it has ended"));
        }
    }

    private static String connected(LiveSessions live) {
        int instances = live.instances().orElse(1);
        return instances == 1 ? "This instance" : instances + " live instances, counted by application_name,";
    }

    private int each(List<Neighbour> besides) {
        return input.pool().ceiling()
                + SizingInput.MONITOR
                + besides.stream().mapToInt(Neighbour::connections).sum();
    }

    /** {@code (30 + 1 of the monitor + 31 of 'temporal')}. */
    private String perInstance(List<Neighbour> besides) {
        StringBuilder sum = new StringBuilder("(" + input.pool().ceiling() + " + 1 of the monitor");
        besides.forEach(n -> sum.append(" + ")
                .append(n.connections())
                .append(" of '")
                .append(n.name())
                .append('\''));
        return sum.append(')').toString();
    }

    /** @param pools of all instances and databases together */
    private String remedy(Limit limit, int others, int pools, long wanted) {
        int each = (limit.slots() - others) / pools - SizingInput.MONITOR;
        String smaller = each < 1
                ? "run fewer instances with smaller pools (one connection each is too many)"
                : "make the pools smaller: pool_size + max_overflow of at most " + each + " each";
        long missing = wanted - limit.slots();
        boolean mayCut = input.size().isFound() && !input.fleet().isDeclared();
        return (mayCut ? "Declare instances, and pool_size is cut to fit; or put" : "Put")
                + " a pooler such as PgBouncer in between; or " + smaller + "; or " + limit.raise() + " to at least "
                + (limit.now() + missing);
    }
}
