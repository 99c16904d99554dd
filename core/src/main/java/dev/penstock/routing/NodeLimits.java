package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import dev.penstock.observe.ServerLimits;
import dev.penstock.tls.ServerText;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node and what it has said it admits. Immutable.
 *
 * @param name its logical name, which nothing else of the database has
 * @param place where it is, for people
 * @param endpoint the server as it was written or found; several nodes behind one name of the DNS share it
 * @param primary whether it is expected to be written
 * @param said what it admits, or why it could not be asked; empty while it was not asked
 */
public record NodeLimits(String name, String place, Endpoint endpoint, boolean primary, Optional<ServerLimits> said) {

    /** The configured servers under the names that they get when the database is opened; none was asked. */
    public static List<NodeLimits> configured(DatabaseConfig config) {
        List<NodeLimits> nodes = new ArrayList<>();
        for (Endpoint endpoint : config.endpoints()) {
            boolean primary = endpoint.equals(config.primary());
            nodes.add(new NodeLimits(
                    Node.nameOf(nodes.size() + 1), endpoint.toString(), endpoint, primary, Optional.empty()));
        }
        return nodes;
    }

    static boolean isAsked(NodeView node) {
        return node.node().limits().isPresent() || node.failure().isPresent();
    }

    /** Every node of the cluster; the configured servers before a discovery has named any. */
    static List<NodeLimits> of(TopologyView topology, DatabaseConfig config) {
        if (topology.nodes().isEmpty()) {
            return configured(config);
        }
        Optional<Node> expected = expectedPrimary(topology, config);
        return topology.nodes().stream()
                .map(view -> new NodeLimits(
                        view.node().name(),
                        view.node().place(),
                        view.node().endpoint(),
                        expected.filter(view.node()::equals).isPresent(),
                        view.node().limits().or(() -> view.failure().map(NodeLimits::untold))))
                .toList();
    }

    /** The server that the configuration names; of several behind its name the elected one, or else the first. */
    private static Optional<Node> expectedPrimary(TopologyView topology, DatabaseConfig config) {
        return topology.primary()
                .map(NodeView::node)
                .filter(elected -> elected.endpoint().equals(config.primary()))
                .or(() -> topology.nodes().stream()
                        .map(NodeView::node)
                        .filter(node -> node.endpoint().equals(config.primary()))
                        .findFirst());
    }

    private static ServerLimits untold(SQLException failure) {
        return ServerLimits.untold(ServerText.of(failure).replaceFirst("\\.$", ""));
    }
}
