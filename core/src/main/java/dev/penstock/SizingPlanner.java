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
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.PoolSplit;
import dev.penstock.sizing.ServerBudget;
import dev.penstock.sizing.SizingInput;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /**
     * The sizes of a process' pools, as found from what was known at one moment. Immutable.
     *
     * @param own of the database itself
     * @param neighbours of the others, in the order of the configuration
     */
    record Sizes(PoolSize own, List<PoolSplit> neighbours) {
        Sizes {
            neighbours = List.copyOf(neighbours);
        }
    }

    /** @param limits what each server said; configured ones that are missing have not been asked, others were discovered */
    static SizingPlan plan(DatabaseConfig config, Map<Endpoint, ServerLimits> limits) {
        return plan(config, limits, sizes(config, limits));
    }

    /** The same for pools whose sizes were found before. */
    static SizingPlan plan(DatabaseConfig config, Map<Endpoint, ServerLimits> limits, Sizes sizes) {
        List<Other> others = new ArrayList<>();
        for (DatabaseConfig neighbour : config.neighbours()) {
            int ceiling = sizes.neighbours().get(others.size()).ceiling();
            others.add(new Other(neighbour, ceiling, false));
        }
        WorkloadConfig declared = config.workload();
        return SizingPlan.of(
                new SizingInput(sizes.own(), workload(declared), fleet(declared), servers(config, limits, others)));
    }

    static Sizes sizes(DatabaseConfig config, Map<Endpoint, ServerLimits> limits) {
        List<PoolSplit> neighbours = new ArrayList<>();
        for (DatabaseConfig neighbour : config.neighbours()) {
            List<DatabaseConfig> besides = new ArrayList<>(List.of(config));
            config.neighbours().stream().filter(one -> one != neighbour).forEach(besides::add);
            neighbours.add(
                    size(neighbour, besides, seenBy(neighbour, config, limits)).pool());
        }
        return new Sizes(size(config, config.neighbours(), limits), neighbours);
    }

    /** As written, or found beside {@code neighbours}, which ask for what they need. */
    private static PoolSize size(
            DatabaseConfig config, List<DatabaseConfig> neighbours, Map<Endpoint, ServerLimits> limits) {
        return config.pool().split().map(PoolSize::byHand).orElseGet(() -> {
            List<Other> others = neighbours.stream().map(Other::asking).toList();
            return found(config, fleet(config.workload()), servers(config, limits, others));
        });
    }

    private static PoolSize found(DatabaseConfig config, Fleet fleet, List<PlannedServer> servers) {
        return PoolSize.found(whole(config.pool().maxOverflow()), workload(config.workload()), fleet, servers);
    }

    /**
     * Another database of the process.
     *
     * @param ceiling what it has of a server, or asks for
     * @param found whether it makes do with less
     */
    private record Other(DatabaseConfig config, int ceiling, boolean found) {
        /**
         * What was written stands; what is found is the need, of itself and so without a circle. Where nobody said how many instances there are that is
         * not cut, and so it stands as well.
         */
        static Other asking(DatabaseConfig config) {
            return config.pool()
                    .split()
                    .map(written -> new Other(config, written.ceiling(), false))
                    .orElseGet(() -> {
                        PoolSize need =
                                SizingPlanner.found(config, Fleet.undeclared(), servers(config, Map.of(), List.of()));
                        boolean isCut = fleet(config.workload()).isDeclared();
                        return new Other(config, need.pool().ceiling(), isCut);
                    });
        }
    }

    /** What a neighbour's role and database are limited to is known only where they are ours. */
    private static Map<Endpoint, ServerLimits> seenBy(
            DatabaseConfig other, DatabaseConfig config, Map<Endpoint, ServerLimits> limits) {
        Map<Endpoint, ServerLimits> seen = new LinkedHashMap<>();
        limits.forEach((endpoint, said) -> {
            if (other.endpoints().contains(endpoint)) {
                boolean sameRole = isSameRole(config, other, endpoint);
                boolean sameDatabase = other.database().equals(config.database());
                seen.put(
                        endpoint,
                        new ServerLimits(
                                said.maxConnections(),
                                said.superuserReservedConnections(),
                                said.reservedConnections(),
                                sameRole ? said.roleLimit() : OptionalInt.empty(),
                                sameDatabase ? said.databaseLimit() : OptionalInt.empty(),
                                OptionalInt.empty(),
                                OptionalInt.empty(),
                                List.of()));
            }
        });
        return seen;
    }

    private static boolean isSameRole(DatabaseConfig one, DatabaseConfig other, Endpoint endpoint) {
        return one.login(endpoint).user().equals(other.login(endpoint).user());
    }

    private static List<PlannedServer> servers(
            DatabaseConfig config, Map<Endpoint, ServerLimits> limits, List<Other> others) {
        List<PlannedServer> servers = new ArrayList<>();
        Set<Endpoint> endpoints = new LinkedHashSet<>(config.endpoints());
        endpoints.addAll(limits.keySet());
        for (Endpoint endpoint : endpoints) {
            String name = "node-" + (servers.size() + 1) + " (" + endpoint + ")";
            servers.add(server(config, endpoint, name, limits.get(endpoint), neighbours(config, endpoint, others)));
        }
        return servers;
    }

    private static PlannedServer server(
            DatabaseConfig config,
            Endpoint endpoint,
            String name,
            @Nullable ServerLimits limits,
            List<Neighbour> neighbours) {
        boolean primary = endpoint.equals(config.primary());
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

    /** Each with one more than its ceiling: its monitor. */
    private static List<Neighbour> neighbours(DatabaseConfig config, Endpoint endpoint, List<Other> others) {
        return others.stream()
                .filter(other -> other.config().endpoints().contains(endpoint))
                .filter(other -> other.config().session().pooler() != Pooler.TRANSACTION)
                .map(other -> new Neighbour(
                        other.config().database(),
                        other.ceiling() + 1,
                        isSameRole(config, other.config(), endpoint),
                        other.config().database().equals(config.database()),
                        other.found()))
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
                whole(declared.serverCores()),
                Optional.ofNullable(declared.preset()));
    }

    private static OptionalDouble optional(@Nullable Number value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value.doubleValue());
    }

    private static OptionalInt whole(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
