package dev.penstock.routing;

import dev.penstock.connect.ErrorClass;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.observe.NodeState;
import dev.penstock.tls.ServerText;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import dev.penstock.topology.TopologyView.Replacement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The errors for work that no node can take: what each node last said, and its failure as the cause. */
final class NoNode {
    private NoNode() {}

    static SQLException primary(TopologyView view, Duration waited) {
        String what = "No primary to write to within " + waited.toMillis() + " ms.";
        boolean nothingFailed =
                view.nodes().stream().allMatch(node -> node.failure().isEmpty());
        if (!nothingFailed || !view.hasReplicasAlone()) {
            return error(what, view);
        }
        String replicas = view.nodes().size() == 1 ? "the only server is a replica" : "every server is a replica";
        String remedy =
                "Name the primary as well, or promote a replica; with start: any, reads are served without a primary.";
        SQLException error = error(what + " It is not down: " + replicas + " [ONLY_REPLICAS]. " + remedy, view);
        // For programs, which look for a code there.
        error.initCause(new ConnectFailedException(
                view.nodes().get(0).node().toString(), "ONLY_REPLICAS", replicas, remedy, "08001", null));
        return error;
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

    /** Nobody answers for the cluster that was to be adopted. */
    static SQLException ofCluster(TopologyView view, String systemIdentifier) {
        return new SQLException(
                "No server says that it belongs to the cluster " + systemIdentifier + "." + lines(view), "55000");
    }

    static SQLException tooOld(TopologyView view, Verdict best) {
        return new SQLException(
                "No replica is as fresh as this read asks for: " + best.why() + "." + lines(view), "55000");
    }

    private static String lines(TopologyView view) {
        Set<String> remedies = new HashSet<>();
        return view.nodes().stream()
                .map(node -> toldOnce(node, line(node), remedies))
                .collect(Collectors.joining("\n  ", "\n  ", ""));
    }

    /** What the nodes have in common is remedied once: the remedy stands behind the first of them. */
    private static String toldOnce(NodeView view, String line, Set<String> remedies) {
        String remedy = view.failure().orElse(null) instanceof ConnectFailedException failed ? failed.remedy() : "";
        boolean again = !remedy.isEmpty() && line.endsWith(remedy) && !remedies.add(remedy);
        return again ? line.substring(0, line.length() - remedy.length()).strip() : line;
    }

    /** What an operator has to decide when another cluster answers; the log tells it as well. */
    static String replaced(Replacement replacement) {
        String remedy = replacement.pinned()
                ? "system_identifier pins the former one: if the cluster was replaced, change it and open the database anew."
                : """
                If the cluster was replaced, Database.adopt("%s") goes on with it.""".formatted(replacement.seen());
        return "The servers belong to another cluster (system identifier " + replacement.seen() + ", expected "
                + replacement.expected() + "). " + remedy;
    }

    /** What is being waited for, in one line. */
    static String waitingFor(TopologyView view, boolean any) {
        Set<String> remedies = new HashSet<>();
        String nodes = view.nodes().stream()
                .map(node -> toldOnce(node, node.node() + ": " + why(node), remedies))
                .collect(Collectors.joining("; "));
        return (any ? "a node to read from: " : "a primary to write to: ") + nodes;
    }

    /** Why a node does not serve, or what it is: in one line, and without its name. */
    static String why(NodeView view) {
        return what(view).replace(view.node() + ": ", "").replaceAll("\\s*\\R\\s*", " ");
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
        String replaced =
                view.replacement().map(NoNode::replaced).map(" "::concat).orElse("");
        String told = what + replaced + lines(view);
        // A retry library goes by the type: whoever was refused will be again.
        SQLException error = refusals(failures).findAny().isPresent()
                ? new SQLNonTransientConnectionException(told, state(failures))
                : new SQLTransientConnectionException(told, state(failures));
        if (!failures.isEmpty()) {
            error.initCause(inBrief(failures.get(0)));
            failures.stream().skip(1).map(NoNode::inBrief).forEach(error::addSuppressed);
        }
        return error;
    }

    /** What the lines of the nodes tell already is not told again below them. */
    private static SQLException inBrief(SQLException failure) {
        return failure instanceof ConnectFailedException failed ? failed.inBrief() : failure;
    }

    /** The refusal's own SQLSTATE when there is one, so that a wrong password does not look like an outage. */
    private static String state(List<SQLException> failures) {
        return refusals(failures)
                .map(SQLException::getSQLState)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("08001");
    }

    private static Stream<SQLException> refusals(List<SQLException> failures) {
        return failures.stream().filter(failure -> ErrorClass.of(failure).isFinal());
    }

    private static String line(NodeView view) {
        boolean named = view.failure().orElse(null) instanceof ConnectFailedException;
        String said = named ? what(view) : view.node() + ": " + what(view);
        return said.replace("\n", "\n    ");
    }

    private static String what(NodeView view) {
        String known =
                view.state() == NodeState.UNKNOWN ? "it has not answered yet" : view.role() + ", " + view.state();
        if (view.isClosedForWriting()) {
            known += StartSettings.whyClosed(view.node().startMode());
        }
        return view.failure().map(ServerText::of).or(view::reason).orElse(known);
    }
}
