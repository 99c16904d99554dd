package dev.penstock.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether the database can do its work, as last observed. Immutable; holds no host, no URL, no role's name and no message of a server, so
 * that it may be shown to whoever may ask for an application's health.
 *
 * @param status the whole
 * @param nodes each of them, in the order of the status
 * @param warnings what an operator should know although everything is served, such as {@code user: PRIVILEGED_LOGIN}: the role's key, or the
 *     node, and the code; the whole text is in {@code DatabaseStatus.warnings()}
 */
public record Health(Status status, List<Node> nodes, List<String> warnings) {
    /** What it comes to. Closed. */
    public enum Status {
        /** Everything serves. */
        UP,
        /** Everything is served, though not by everybody who should: a node is lost, slow or too far behind. */
        DEGRADED,
        /** Writes fail: there is no primary, or the database is closed. */
        DOWN
    }

    /**
     * One node.
     *
     * @param name the logical name: {@code node-1}
     * @param healthy whether it does what is expected of it
     * @param state what is believed of it
     * @param role the part it plays
     * @param lag how far it is behind; empty when that is unknown
     * @param tooFarBehind whether reads avoid it for its lag
     * @param lastFailure what kept the last probe from being answered; empty when it was
     */
    public record Node(
            String name,
            boolean healthy,
            NodeState state,
            Role role,
            Optional<Duration> lag,
            boolean tooFarBehind,
            Optional<ConnectFailure> lastFailure) {
        /** {@code node-2: replica, up, 12 ms behind}. */
        @Override
        public String toString() {
            return name + ": " + role.name().toLowerCase(Locale.ROOT) + ", "
                    + state.name().toLowerCase(Locale.ROOT)
                    + lag.filter(behind -> role == Role.REPLICA)
                            .map(behind -> ", " + behind.toMillis() + " ms behind")
                            .orElse("")
                    + (tooFarBehind ? ", which is too far" : "")
                    + lastFailure
                            .map(why ->
                                    ", " + why.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                            .orElse("");
        }
    }

    public Health {
        nodes = List.copyOf(nodes);
        warnings = List.copyOf(warnings);
    }

    /** What {@code status} comes to. */
    public static Health of(DatabaseStatus status) {
        List<Node> nodes = new ArrayList<>();
        status.nodes().forEach(node -> nodes.add(node(node)));
        boolean all = nodes.stream().allMatch(Node::healthy);
        Status lost = status.primary().isPresent() ? Status.DEGRADED : Status.DOWN;
        List<String> warnings = status.warnings().stream()
                .map(warning -> warning.about() + ": " + warning.code())
                .toList();
        return new Health(all && lost == Status.DEGRADED ? Status.UP : lost, nodes, warnings);
    }

    private static Node node(NodeStatus node) {
        boolean healthy = node.state() == NodeState.UP && !node.lag().tooFar();
        return new Node(
                node.name(),
                healthy,
                node.state(),
                node.role(),
                node.lag().time(),
                node.lag().tooFar(),
                node.monitor().failureKind());
    }

    /** The same of a database that is closed. */
    public Health closed() {
        return new Health(Status.DOWN, nodes, warnings);
    }

    /** Whether work is done: the answer for a readiness probe. Never ask it for a liveness probe: a restart mends no database. */
    public boolean serves() {
        return status != Status.DOWN;
    }
}
