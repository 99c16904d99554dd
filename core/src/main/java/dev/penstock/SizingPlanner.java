package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Pooler;
import dev.penstock.config.WorkloadConfig;
import dev.penstock.observe.ServerLimits;
import dev.penstock.sizing.Fleet;
import dev.penstock.sizing.LiveSessions;
import dev.penstock.sizing.Neighbour;
import dev.penstock.sizing.PlannedServer;
import dev.penstock.sizing.PoolSplit;
import dev.penstock.sizing.ServerBudget;
import dev.penstock.sizing.SizingInput;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.Workload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From a configuration and what servers said to a plan. Pure. */
final class SizingPlanner {
    private SizingPlanner() {}

    /** @param limits what each server said; configured ones that are missing have not been asked, others were discovered */
    static SizingPlan plan(DatabaseConfig config, Map<Endpoint, ServerLimits> limits) {
        List<PlannedServer> servers = new ArrayList<>();
        Set<Endpoint> endpoints = new LinkedHashSet<>(config.endpoints());
        endpoints.addAll(limits.keySet());
        for (Endpoint endpoint : endpoints) {
            String name = "node-" + (servers.size() + 1) + " (" + endpoint + ")";
            servers.add(server(config, endpoint, name, limits.get(endpoint)));
        }
        PoolSplit pool = new PoolSplit(config.pool().size(), config.pool().maxOverflow());
        return SizingPlan.of(new SizingInput(pool, workload(config.workload()), fleet(config.workload()), servers));
    }

    private static PlannedServer server(
            DatabaseConfig config, Endpoint endpoint, String name, @Nullable ServerLimits limits) {
        boolean primary = endpoint.equals(config.primary());
        List<Neighbour> neighbours = neighbours(config, endpoint);
        if (config.session().pooler() == Pooler.TRANSACTION) {
            return PlannedServer.pooled(name, primary, neighbours);
        }
        if (limits == null) {
            return PlannedServer.unasked(name, primary, neighbours);
        }
        Optional<LiveSessions> live = limits.otherSessions().isEmpty()
                ? Optional.empty()
                : Optional.of(new LiveSessions(
                        limits.liveInstances(), limits.otherSessions().getAsInt()));
        return new PlannedServer(name, primary, budget(limits), live, limits.unseen(), neighbours, false);
    }

    private static Optional<ServerBudget> budget(ServerLimits limits) {
        return limits.maxConnections().isEmpty()
                ? Optional.empty()
                : Optional.of(new ServerBudget(
                        limits.maxConnections().getAsInt(),
                        limits.superuserReservedConnections(),
                        limits.reservedConnections(),
                        limits.roleLimit(),
                        limits.databaseLimit()));
    }

    /** One more than the ceiling: a monitor each. */
    private static List<Neighbour> neighbours(DatabaseConfig config, Endpoint endpoint) {
        String user = config.login(endpoint).user();
        return config.neighbours().stream()
                .filter(other -> other.endpoints().contains(endpoint))
                .filter(other -> other.session().pooler() != Pooler.TRANSACTION)
                .map(other -> new Neighbour(
                        other.database(),
                        other.pool().ceiling() + 1,
                        other.login(endpoint).user().equals(user),
                        other.database().equals(config.database())))
                .toList();
    }

    private static Fleet fleet(WorkloadConfig declared) {
        Integer instances = declared.instances();
        return instances == null ? Fleet.undeclared() : new Fleet(OptionalInt.of(instances), declared.deploySurge());
    }

    private static Workload workload(WorkloadConfig declared) {
        return new Workload(
                optional(declared.requestsPerSecond()),
                optional(declared.readShare()),
                optional(declared.avgQueryTimeMillis()),
                optional(declared.p99WaitMillis()),
                whole(declared.maxConcurrentRequests()),
                declared.connectionsPerRequest(),
                whole(declared.serverCores()));
    }

    private static OptionalDouble optional(@Nullable Number value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value.doubleValue());
    }

    private static OptionalInt whole(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
