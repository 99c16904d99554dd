package dev.penstock.routing;

import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Handshake;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.TlsProof;
import dev.penstock.pool.NodePools;
import dev.penstock.tls.ServerText;
import dev.penstock.topology.Lag;
import dev.penstock.topology.NodeView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the topology believes of a node and what its pools hold, told as one. */
final class NodeStatuses {
    private NodeStatuses() {}

    static NodeStatus of(NodeView view, @Nullable NodePools pools) {
        return new NodeStatus(
                view.node().name(),
                view.node().endpoint().toString(),
                view.state(),
                view.role(),
                view.state().serves() ? view.timeline() : 0,
                new NodeStatus.Lag(
                        view.lag().map(Lag::time),
                        view.lag().map(Lag::bytes),
                        view.lag().map(lag -> Duration.ofNanos(System.nanoTime() - view.answeredNanos())),
                        view.barred()),
                pools == null ? List.of() : pools.snapshots(),
                proofs(view.node()),
                pools == null ? Optional.empty() : pools.meter().last(),
                new NodeStatus.Monitor(
                        view.node().monitorFailures(),
                        view.failure().map(ServerText::of).or(view::reason),
                        view.failure().map(failure -> ErrorClass.of(failure).connectFailure()),
                        view.node().sessions(),
                        view.note()));
    }

    private static List<TlsProof> proofs(Node node) {
        Map<Handshake, Integer> counts = new LinkedHashMap<>();
        node.liveConnections().forEach(connection -> counts.merge(connection.handshake(), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(one -> new TlsProof(one.getKey().facts(), one.getKey().generation(), one.getValue()))
                .toList();
    }
}
