package dev.penstock.sizing;

import dev.penstock.sizing.Bound.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From what is needed and what is admitted to one size for all servers of a database. Used once. */
final class SizeSearch {
    /** What a pool has where nobody said anything of its work. */
    private static final PoolSplit UNDECLARED = new PoolSplit(20, 10);

    /** The shape of a ceiling that a formula gave. */
    private static final PoolSplit TWO_TO_ONE = new PoolSplit(2, 1);

    /** The bound of the keys pool_size and max_overflow. */
    private static final int MOST = 100;

    private static final Comparator<Bound> BY_CONNECTIONS = Comparator.comparingInt(Bound::connections);

    private final SizingInput input;
    private final List<String> notes = new ArrayList<>();

    SizeSearch(Workload workload, Fleet fleet, List<PlannedNode> nodes) {
        this.input = new SizingInput(UNDECLARED, workload, fleet, nodes);
    }

    /** A rule that decides, and the one that would without it. */
    private record Decision(Bound rule, Optional<Bound> next) {}

    PoolSize find(OptionalInt maxOverflow) {
        List<Bound> formulas = formulas();
        Decision need = need(formulas.isEmpty() ? presets() : formulas);
        Decision cut = cut(need);
        boolean isPreset = formulas.isEmpty() && need.rule().kind() != Kind.DEADLOCK_FLOOR;
        PoolSplit shape = isPreset ? shapeOfPreset() : TWO_TO_ONE;
        PoolSplit pool = shaped(cut.rule().connections(), shape, maxOverflow);
        return new PoolSize(pool, cut.rule(), cut.next(), notes);
    }

    /** @param asking the one that counts first; the deadlock floor raises what they ask for, and asks for nothing by itself */
    private Decision need(List<Bound> asking) {
        Bound first = asking.get(0);
        Optional<Bound> second = asking.stream().skip(1).findFirst();
        Optional<Bound> floor = floor();
        return floor.filter(least -> isAbove(least, first))
                .map(least -> new Decision(least, Optional.of(first)))
                .orElseGet(() -> new Decision(
                        first,
                        second.map(other ->
                                floor.filter(least -> isAbove(least, other)).orElse(other))));
    }

    private Decision cut(Decision need) {
        List<Bound> limits = limitsBelow(need.rule().connections());
        return limits.isEmpty()
                ? need
                : new Decision(
                        limits.get(0), limits.stream().skip(1).findFirst().or(() -> Optional.of(need.rule())));
    }

    private static boolean isAbove(Bound bound, Bound other) {
        return bound.connections() > other.connections();
    }

    /** The larger first; empty without rate or query time. */
    private List<Bound> formulas() {
        List<Bound> found = new ArrayList<>();
        for (Kind kind : List.of(Kind.REQUEST_FORMULA, Kind.WAIT_TARGET)) {
            input.nodes().stream()
                    .map(node -> new NodeBounds(input, node))
                    .flatMap(bounds -> bounds.need(kind).stream())
                    .max(BY_CONNECTIONS)
                    .ifPresent(found::add);
        }
        found.sort(BY_CONNECTIONS.reversed());
        return found;
    }

    /** The one that counts first. */
    private List<Bound> presets() {
        Workload workload = input.workload();
        Stream<Bound> declared = Stream.concat(
                workload.preset().map(NodeBounds::preset).stream(),
                workload.borrowsPerSecond().stream().mapToObj(NodeBounds::preset));
        Bound undeclared = new Bound(
                Kind.DEFAULT,
                UNDECLARED.ceiling(),
                UNDECLARED + " where neither workload nor requests_per_second is declared");
        return Stream.concat(declared, Stream.of(undeclared)).toList();
    }

    private PoolSplit shapeOfPreset() {
        return input.workload().presetThatCounts().map(WorkloadPreset::pool).orElse(UNDECLARED);
    }

    /** Requests that hold one connection at a time need none. */
    private Optional<Bound> floor() {
        return NodeBounds.deadlockFloor(input.workload())
                .filter(floor -> input.workload().connectionsPerRequest() > 1);
    }

    /** The limits below {@code need}, the tightest first; of each kind that of the server that admits least. */
    private List<Bound> limitsBelow(int need) {
        if (!input.fleet().isDeclared()) {
            notes.add("not cut to what the servers admit, because instances is not declared");
            return List.of();
        }
        for (PlannedNode node : input.nodes()) {
            if (node.pooled()) {
                notes.add("not cut to what " + node + " admits, which binds the pooler's own pool");
            } else if (node.budget().isEmpty()) {
                notes.add("not cut to what " + node + " admits, which is not known");
            }
        }
        return input.nodes().stream()
                .filter(node -> !node.pooled())
                .flatMap(node ->
                        new NodeBounds(input, node).limits(need).stream().map(limit -> placed(limit, node)))
                .filter(limit -> limit.connections() < need)
                .collect(Collectors.toMap(Bound::kind, limit -> limit, BinaryOperator.minBy(BY_CONNECTIONS)))
                .values()
                .stream()
                .sorted(BY_CONNECTIONS.thenComparing(Bound::kind))
                .toList();
    }

    private Bound placed(Bound limit, PlannedNode node) {
        return input.nodes().size() == 1
                ? limit
                : new Bound(limit.kind(), limit.connections(), limit.inputs() + ", on " + node);
    }

    /** A ceiling with the ratio of {@code shape}, pool_size rounded up; with a max_overflow of its own, pool_size is the rest. */
    private PoolSplit shaped(int ceiling, PoolSplit shape, OptionalInt maxOverflow) {
        int atLeast = Math.max(1, ceiling);
        if (maxOverflow.isEmpty()) {
            return clipped(shape.scaledTo(atLeast));
        }
        int overflow = maxOverflow.getAsInt();
        int rest = Math.max(1, atLeast - overflow);
        return rest <= MOST
                ? new PoolSplit(rest, overflow)
                : clipped(rest + " + " + overflow, new PoolSplit(MOST, overflow));
    }

    /** pool_size takes no more than its key does, and max_overflow the rest, as far as its own key goes. */
    private PoolSplit clipped(PoolSplit pool) {
        return pool.poolSize() <= MOST
                ? pool
                : clipped(pool.toString(), new PoolSplit(MOST, Math.min(MOST, pool.ceiling() - MOST)));
    }

    private PoolSplit clipped(String from, PoolSplit to) {
        notes.add("clipped from " + from + ", because pool_size and max_overflow take " + MOST + " at most");
        return to;
    }
}
