package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Pooler;
import dev.penstock.config.WorkloadConfig;
import dev.penstock.observe.ServerLimits;
import dev.penstock.routing.NodeLimits;
import dev.penstock.sizing.Fleet;
import dev.penstock.sizing.LiveSessions;
import dev.penstock.sizing.Neighbour;
import dev.penstock.sizing.PlannedNode;
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.PoolSplit;
import dev.penstock.sizing.ServerBudget;
import dev.penstock.sizing.SizingInput;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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

    /** @param nodes each with what it said */
    static SizingPlan plan(DatabaseConfig config, List<NodeLimits> nodes) {
        return plan(config, nodes, sizes(config, nodes));
    }

    /** The same for pools whose sizes were found before. */
    static SizingPlan plan(DatabaseConfig config, List<NodeLimits> nodes, Sizes sizes) {
        List<Other> others = new ArrayList<>();
        for (DatabaseConfig neighbour : config.neighbours()) {
            int ceiling = sizes.neighbours().get(others.size()).ceiling();
            others.add(new Other(neighbour, ceiling, false));
        }
        WorkloadConfig declared = config.workload();
        return SizingPlan.of(
                new SizingInput(sizes.own(), workload(declared), fleet(declared), nodes(config, nodes, others)));
    }

    static Sizes sizes(DatabaseConfig config, List<NodeLimits> nodes) {
        List<PoolSplit> neighbours = new ArrayList<>();
        for (DatabaseConfig neighbour : config.neighbours()) {
            List<DatabaseConfig> besides = new ArrayList<>(List.of(config));
            config.neighbours().stream().filter(one -> one != neighbour).forEach(besides::add);
            neighbours.add(
                    size(neighbour, besides, seenBy(neighbour, config, nodes)).pool());
        }
        return new Sizes(size(config, config.neighbours(), nodes), neighbours);
    }

    /** As written, or found beside {@code neighbours}, which ask for what they need. */
    private static PoolSize size(DatabaseConfig config, List<DatabaseConfig> neighbours, List<NodeLimits> nodes) {
        return config.pool().split().map(PoolSize::byHand).orElseGet(() -> {
            List<Other> others = neighbours.stream().map(Other::asking).toList();
            return found(config, fleet(config.workload()), nodes(config, nodes, others));
        });
    }

    private static PoolSize found(DatabaseConfig config, Fleet fleet, List<PlannedNode> nodes) {
        return PoolSize.found(whole(config.pool().maxOverflow()), workload(config.workload()), fleet, nodes);
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
                        PoolSize need = SizingPlanner.found(
                                config, Fleet.undeclared(), nodes(config, NodeLimits.configured(config), List.of()));
                        boolean isCut = fleet(config.workload()).isDeclared();
                        return new Other(config, need.pool().ceiling(), isCut);
                    });
        }
    }

    /** The nodes of another database of the process. What its role and database are limited to is known only where they are ours. */
    private static List<NodeLimits> seenBy(DatabaseConfig other, DatabaseConfig config, List<NodeLimits> nodes) {
        List<NodeLimits> seen = new ArrayList<>();
        for (NodeLimits its : NodeLimits.configured(other)) {
            List<NodeLimits> ours = nodes.stream()
                    .filter(node -> node.endpoint().equals(its.endpoint()))
                    .toList();
            if (ours.isEmpty()) {
                seen.add(its);
            }
            for (NodeLimits node : ours) {
                Optional<ServerLimits> said = node.said().map(limits -> shared(limits, other, config, its.endpoint()));
                seen.add(new NodeLimits(node.name(), node.place(), its.endpoint(), its.primary(), said));
            }
        }
        return seen;
    }

    private static ServerLimits shared(
            ServerLimits said, DatabaseConfig other, DatabaseConfig config, Endpoint endpoint) {
        boolean sameRole = isSameRole(config, other, endpoint);
        boolean sameDatabase = other.database().equals(config.database());
        return new ServerLimits(
                said.maxConnections(),
                said.superuserReservedConnections(),
                said.reservedConnections(),
                sameRole ? said.roleLimit() : OptionalInt.empty(),
                sameDatabase ? said.databaseLimit() : OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of());
    }

    private static boolean isSameRole(DatabaseConfig one, DatabaseConfig other, Endpoint endpoint) {
        return one.login(endpoint).user().equals(other.login(endpoint).user());
    }

    private static List<PlannedNode> nodes(DatabaseConfig config, List<NodeLimits> nodes, List<Other> others) {
        return nodes.stream()
                .map(node -> node(config, node, neighbours(config, node.endpoint(), others)))
                .toList();
    }

    private static PlannedNode node(DatabaseConfig config, NodeLimits node, List<Neighbour> neighbours) {
        if (config.session().pooler() == Pooler.TRANSACTION) {
            return PlannedNode.pooled(node.name(), node.place(), node.primary(), neighbours);
        }
        ServerLimits limits = node.said().orElse(null);
        if (limits == null) {
            return PlannedNode.unasked(node.name(), node.place(), node.primary(), neighbours);
        }
        Optional<LiveSessions> live = limits.otherSessions().isEmpty()
                ? Optional.empty()
                : Optional.of(new LiveSessions(
                        limits.liveInstances(), limits.otherSessions().getAsInt()));
        return new PlannedNode(
                node.name(), node.place(), node.primary(), budget(limits), live, limits.unseen(), neighbours, false);
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
