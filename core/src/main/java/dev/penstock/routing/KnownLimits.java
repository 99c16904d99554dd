package dev.penstock.routing;

import dev.penstock.config.Endpoint;
import dev.penstock.observe.ServerLimits;
import dev.penstock.tls.ServerText;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the nodes have said they admit, by where they are. */
final class KnownLimits {
    private KnownLimits() {}

    static boolean areAsked(NodeView node) {
        return node.node().limits().isPresent() || node.failure().isPresent();
    }

    /** Also why a node could not be asked; without those that were not asked yet. */
    static Map<Endpoint, ServerLimits> of(TopologyView topology) {
        Map<Endpoint, ServerLimits> limits = new LinkedHashMap<>();
        for (NodeView view : topology.nodes()) {
            view.node()
                    .limits()
                    .or(() -> view.failure().map(KnownLimits::untold))
                    .ifPresent(said -> limits.put(view.node().endpoint(), said));
        }
        return limits;
    }

    private static ServerLimits untold(SQLException failure) {
        return ServerLimits.untold(ServerText.of(failure).replaceFirst("\\.$", ""));
    }
}
