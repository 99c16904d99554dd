package dev.penstock.sizing;

import dev.penstock.sizing.Bound.Kind;
import dev.penstock.sizing.Bound.Sense;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Every bound of one server, and what they come to. Used once. */
final class ServerBounds {
    private final SizingInput input;
    private final PlannedServer server;
    private final List<Bound> bounds = new ArrayList<>();

    private ServerBounds(SizingInput input, PlannedServer server) {
        this.input = input;
        this.server = server;
    }

    static ServerPlan plan(SizingInput input, PlannedServer server) {
        return new ServerBounds(input, server).plan();
    }

    private ServerPlan plan() {
        Workload workload = input.workload();
        int replicas = input.replicas();
        Optional<Load> now = load(replicas);
        // Sized so that one replica may fail: then reads go to the others, or to the primary when there is no other.
        Optional<Load> atWorst = load(replicas - 1);
        atWorst.ifPresent(this::load);
        deadlock(workload);
        server.budget().ifPresent(this::admitted);
        cores(workload);
        preset(workload);
        Optional<Bound> binding = binding();
        int ceiling = input.pool().ceiling();
        return new ServerPlan(
                server,
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

    private Optional<Load> load(int replicasUp) {
        return input.workload().borrowsPerSecond().isEmpty()
                ? Optional.empty()
                : input.workload().load(input.borrowsPerSecond(server, replicasUp));
    }

    private void load(Load load) {
        if (load.borrowsPerSecond() == 0) {
            return;
        }
        int busy = Connections.roundedUp(load.meanBusyConnections());
        String shown = formula(load) + " on average, as " + Connections.split(busy);
        bounds.add(new Bound(Kind.REQUEST_FORMULA, busy, shown));
        input.workload().p99WaitMillis().ifPresent(target -> {
            String inputs = arrivals(load) + ", p99 wait of at most " + PlanText.millis(target);
            bounds.add(new Bound(Kind.WAIT_TARGET, Connections.forWaitTarget(load, target), inputs));
        });
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

    private void deadlock(Workload workload) {
        workload.maxConcurrentRequests().ifPresent(requests -> {
            int each = workload.connectionsPerRequest();
            String inputs = requests + " requests at once × (" + each + " − 1) + 1";
            bounds.add(new Bound(Kind.DEADLOCK_FLOOR, Connections.deadlockFloor(requests, each), inputs));
        });
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

    private void share(Kind kind, int perInstance, String said, Predicate<Neighbour> counts) {
        int besides = server.neighbours().stream()
                .filter(counts)
                .mapToInt(Neighbour::connections)
                .sum();
        int left = perInstance - SizingInput.MONITOR - besides;
        String inputs = said + " / " + input.fleet() + " − 1 of the monitor"
                + (besides == 0 ? "" : " − " + besides + " of other databases");
        bounds.add(new Bound(kind, Math.max(0, left), inputs));
    }

    private void cores(Workload workload) {
        workload.serverCores().ifPresent(cores -> {
            int share = Connections.ofServerCores(cores, 0) / input.fleet().atMost();
            bounds.add(new Bound(Kind.SERVER_CORES, share, cores + " cores × 2 / " + input.fleet()));
        });
    }

    private void preset(Workload workload) {
        workload.borrowsPerSecond().ifPresent(all -> {
            PoolSplit pool = WorkloadPreset.forRequestsPerSecond(all).pool();
            bounds.add(new Bound(Kind.PRESET, pool.ceiling(), pool + " for " + PlanText.number(all) + "/s"));
        });
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
