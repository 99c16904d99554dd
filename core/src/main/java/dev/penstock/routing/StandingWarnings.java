package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.StartMode;
import dev.penstock.connect.StartMode.Origin;
import dev.penstock.observe.DatabaseStatus.Warning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an operator should know of servers and roles that serve all the same, for as long as it is so. The log has each of them once, and again
 * when it comes back. Thread-safe; no I/O but the log's.
 */
final class StandingWarnings {
    private final DatabaseConfig config;
    private final Collection<Node> nodes;
    private final Set<Warning> told = ConcurrentHashMap.newKeySet();

    /** @param nodes as they are now, whenever they are looked at */
    StandingWarnings(DatabaseConfig config, Collection<Node> nodes) {
        this.config = config;
        this.nodes = nodes;
    }

    /** Logs what has come since the last call. */
    void tell() {
        List<Warning> now = now();
        told.retainAll(now);
        now.stream().filter(told::add).forEach(warning -> RoutingLog.LOG.warn("{}", warning));
    }

    /** Each of them once, whatever number of nodes says so. */
    List<Warning> now() {
        List<Warning> found = new ArrayList<>();
        for (Node node : nodes) {
            readOnly(node, found);
            serializable(node, found);
        }
        return found.stream().distinct().toList();
    }

    private void readOnly(Node node, List<Warning> found) {
        StartMode mode = node.startMode();
        if (mode.isReadOnlyByRole()) {
            found.add(StartSettings.readOnly(config, node));
        }
    }

    /** One server alone is never asked to read as a replica. */
    private void serializable(Node node, List<Warning> found) {
        Origin origin = node.startMode().serializable();
        if (origin != null && nodes.size() > 1) {
            found.add(StartSettings.serializable(config, node, origin));
        }
    }
}
