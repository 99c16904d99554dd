package dev.penstock.routing;

import dev.penstock.connect.ErrorClass;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The errors for work that no node can take: what each node last said, and its failure as the cause. */
final class NoNode {
    private NoNode() {}

    static SQLException primary(TopologyView view, Duration waited) {
        return error("No primary to write to within " + waited.toMillis() + " ms.", view);
    }

    static SQLException reader(TopologyView view, ReadNeed need, Duration waited) {
        String wanted = need.asksForFreshness() ? " that is fresh enough" : "";
        return error("No node to read from" + wanted + " within " + waited.toMillis() + " ms.", view);
    }

    static SQLException reader(TopologyView view, Duration waited) {
        return reader(view, ReadNeed.ANY, waited);
    }

    /** Nobody waited: the primary is there, and is not to serve. */
    static SQLException replica(TopologyView view, Verdict best) {
        return error("No replica to read from, and the primary is not to serve this read: " + best.why() + ".", view);
    }

    static SQLException tooOld(TopologyView view, Verdict best) {
        String nodes = view.nodes().stream().map(NoNode::line).collect(Collectors.joining("\n  ", "\n  ", ""));
        return new SQLException("No replica is as fresh as this read asks for: " + best.why() + "." + nodes, "55000");
    }

    private static SQLException error(String what, TopologyView view) {
        List<SQLException> failures = view.nodes().stream()
                .map(node -> node.failure().orElse(null))
                .filter(Objects::nonNull)
                .toList();
        if (view.isHopeless()) {
            // Nobody waited: each node refused us, and will again.
            what = "No node lets us in.";
        }
        String nodes = view.nodes().stream().map(NoNode::line).collect(Collectors.joining("\n  ", "\n  ", ""));
        SQLException error = new SQLTransientConnectionException(what + nodes, state(failures));
        if (!failures.isEmpty()) {
            error.initCause(failures.get(0));
            failures.stream().skip(1).forEach(error::addSuppressed);
        }
        return error;
    }

    /** The refusal's own SQLSTATE when there is one, so that a wrong password does not look like an outage. */
    private static String state(List<SQLException> failures) {
        return failures.stream()
                .filter(failure -> ErrorClass.of(failure).isFinal())
                .map(SQLException::getSQLState)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("08001");
    }

    private static String line(NodeView view) {
        String said = view.failure()
                .map(failure -> failure instanceof ConnectFailedException
                        ? String.valueOf(failure.getMessage())
                        : view.node() + ": " + failure.getMessage())
                .orElseGet(() -> view.node() + ": " + view.reason().orElse(view.role() + ", " + view.state()));
        return said.replace("\n", "\n    ");
    }
}
