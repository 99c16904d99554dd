package dev.penstock.sizing;

import dev.penstock.sizing.Bound.Kind;
import dev.penstock.sizing.Bound.Sense;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Every bound of one server, and what they come to. Used once. */
final class NodeBounds {
    private final SizingInput input;
    private final PlannedNode node;
    private final List<Bound> bounds = new ArrayList<>();

    /** What this database needs beside neighbours that are to give way; 0 when the sizes of all are known. */
    private int need;

    NodeBounds(SizingInput input, PlannedNode node) {
        this.input = input;
        this.node = node;
    }

    static NodePlan plan(SizingInput input, PlannedNode node) {
        return new NodeBounds(input, node).plan();
    }

    private NodePlan plan() {
        Workload workload = input.workload();
        int replicas = input.replicas();
        Optional<Load> now = load(replicas);
        // Sized so that one replica may fail: then reads go to the others, or to the primary when there is no other.
        Optional<Load> atWorst = load(replicas - 1);
        atWorst.ifPresent(this::load);
        deadlockFloor(workload).ifPresent(bounds::add);
        node.budget().ifPresent(this::admitted);
        cores(workload);
        preset(workload);
        Optional<Bound> binding = binding();
        int ceiling = input.pool().ceiling();
        return new NodePlan(
                node,
                ceiling,
                bounds.stream()
                        .map(bound -> binding.filter(b -> b == bound).isPresent() ? bound.asBinding() : bound)
                        .toList(),
                highest().isPresent() && binding.isPresent()
                        ? OptionalInt.of(binding.get().connections())
                        : OptionalInt.empty(),
                now.map(load -> Prediction.of(load, ceiling)),
                now.map(load -> Prediction.of(load, ceiling + 1)),
                ceiling == 1 ? Optional.empty() : now.map(load -> Prediction.of(load, ceiling - 1)),
                atWorst.filter(load -> replicas > 0 && !load.equals(now.orElse(null)))
                        .map(load -> Prediction.of(load, ceiling)));
    }

    /** What that formula asks for when a size is to be found; empty without rate or query time. */
    Optional<Bound> need(Kind kind) {
        return load(input.replicas() - 1)
                .filter(load -> load.borrowsPerSecond() > 0)
                .map(load -> kind == Kind.WAIT_TARGET ? waitTarget(load) : withHeadroom(load));
    }

    private Bound withHeadroom(Load load) {
        int busy = Connections.roundedUp(load.meanBusyConnections());
        return new Bound(
                Kind.REQUEST_FORMULA,
                Connections.withHeadroom(busy),
                formula(load) + " = " + busy + " on average, and a fifth more");
    }

    private Bound waitTarget(Load load) {
        OptionalDouble declared = input.workload().p99WaitMillis();
        double target = declared.orElse(load.holdMillis());
        String inputs = arrivals(load) + ", p99 wait of at most " + PlanText.millis(target)
                + (declared.isPresent() ? "" : " (avg_query_time_ms)");
        return new Bound(Kind.WAIT_TARGET, Connections.forWaitTarget(load, target), inputs);
    }

    /** The limits of the server, the role and the database, each with what it leaves for this database beside its neighbours. */
    List<Bound> limits(int needed) {
        need = needed;
        node.budget().ifPresent(this::admitted);
        return bounds;
    }

    private Optional<Load> load(int replicasUp) {
        return input.workload().borrowsPerSecond().isEmpty()
                ? Optional.empty()
                : input.workload().load(input.borrowsPerSecond(node, replicasUp));
    }

    private void load(Load load) {
        if (load.borrowsPerSecond() == 0) {
            return;
        }
        int busy = Connections.roundedUp(load.meanBusyConnections());
        String shown = formula(load) + " on average, as " + Connections.split(busy);
        bounds.add(new Bound(Kind.REQUEST_FORMULA, busy, shown));
        if (input.workload().p99WaitMillis().isPresent()) {
            bounds.add(waitTarget(load));
        }
    }

    /** In the words of the request formula when the number of requests was declared and all of them come here. */
    private String formula(Load load) {
        OptionalInt requests = input.workload().maxConcurrentRequests();
        double all = input.workload().borrowsPerSecond().orElse(0);
        if (requests.isEmpty() || load.borrowsPerSecond() != all) {
            return arrivals(load);
        }
        return requests.getAsInt() + " requests at once × " + PlanText.millis(load.holdMillis()) + " / "
                + PlanText.millis(requests.getAsInt() * 1000 / all) + " each";
    }

    private String arrivals(Load load) {
        String share = input.workload().readShare().isPresent() && input.replicas() > 0 ? " with one replica lost" : "";
        return PlanText.number(load.borrowsPerSecond()) + "/s" + share + " × " + PlanText.millis(load.holdMillis())
                + " held";
    }

    static Optional<Bound> deadlockFloor(Workload workload) {
        if (workload.maxConcurrentRequests().isEmpty()) {
            return Optional.empty();
        }
        int requests = workload.maxConcurrentRequests().getAsInt();
        int each = workload.connectionsPerRequest();
        String inputs = requests + " requests at once × (" + each + " − 1) + 1";
        return Optional.of(new Bound(Kind.DEADLOCK_FLOOR, Connections.deadlockFloor(requests, each), inputs));
    }

    private void admitted(ServerBudget budget) {
        String usable = budget.usable() + " (max_connections " + budget.maxConnections() + " − "
                + budget.superuserReservedConnections() + " − " + budget.reservedConnections() + " reserved)";
        Fleet fleet = input.fleet();
        share(Kind.SERVER_BUDGET, budget.perInstance(0, fleet.atMost(), 0), usable, n -> true);
        budget.roleLimit()
                .ifPresent(limit ->
                        share(Kind.ROLE_LIMIT, limit / fleet.atMost(), limit + " of the role", Neighbour::sameRole));
        budget.databaseLimit()
                .ifPresent(limit -> share(
                        Kind.DATABASE_LIMIT,
                        limit / fleet.atMost(),
                        limit + " of the database",
                        Neighbour::sameDatabase));
    }

    /** Neighbours whose size is known come first; what they leave is shared by need with those whose size is found. */
    private void share(Kind kind, int perInstance, String said, Predicate<Neighbour> counts) {
        List<Neighbour> besides = node.neighbours().stream().filter(counts).toList();
        List<Neighbour> found = besides.stream().filter(Neighbour::found).toList();
        int wanted = found.stream().mapToInt(Neighbour::pooled).sum();
        int taken = besides.stream().mapToInt(Neighbour::connections).sum() - wanted;
        int left = Math.max(0, perInstance - SizingInput.MONITOR - taken);
        boolean enough = need + wanted <= left || found.isEmpty();
        int others = enough ? taken + wanted : taken;
        String inputs = said + " / " + input.fleet() + " − 1 of the monitor"
                + (others == 0 ? "" : " − " + others + " of other databases")
                + (enough ? "" : ", shared by need: " + need + " here" + needs(found));
        int connections = enough ? left - wanted : (int) ((long) left * need / (need + wanted));
        bounds.add(new Bound(kind, connections, inputs));
    }

    private static String needs(List<Neighbour> found) {
        return found.stream()
                .map(neighbour -> ", " + neighbour.pooled() + " of '" + neighbour.name() + "'")
                .collect(Collectors.joining());
    }

    private void cores(Workload workload) {
        workload.serverCores().ifPresent(cores -> {
            int share = Connections.ofServerCores(cores, 0) / input.fleet().atMost();
            bounds.add(new Bound(Kind.SERVER_CORES, share, cores + " cores × 2 / " + input.fleet()));
        });
    }

    static Bound preset(WorkloadPreset named) {
        return new Bound(Kind.PRESET, named.pool().ceiling(), named.pool() + " for workload: " + named.word());
    }

    static Bound preset(double perSecond) {
        PoolSplit pool = WorkloadPreset.forRequestsPerSecond(perSecond).pool();
        return new Bound(Kind.PRESET, pool.ceiling(), pool + " for " + PlanText.number(perSecond) + "/s");
    }

    private void preset(Workload workload) {
        workload.preset()
                .map(NodeBounds::preset)
                .or(() -> workload.borrowsPerSecond().stream()
                        .mapToObj(NodeBounds::preset)
                        .findFirst())
                .ifPresent(bounds::add);
    }

    private Optional<Bound> binding() {
        Optional<Bound> most = bounds.stream()
                .filter(bound -> bound.kind().sense() == Sense.AT_MOST)
                .min(Comparator.comparingInt(Bound::connections));
        Optional<Bound> least = highest();
        boolean fits = least.isPresent()
                && (most.isEmpty() || least.get().connections() <= most.get().connections());
        return fits ? least : most;
    }

    private Optional<Bound> highest() {
        return bounds.stream()
                .filter(bound -> bound.kind().sense() == Sense.AT_LEAST)
                .max(Comparator.comparingInt(Bound::connections));
    }
}
