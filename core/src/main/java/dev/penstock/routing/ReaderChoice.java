package dev.penstock.routing;

import dev.penstock.config.OnNoReplica;
import dev.penstock.config.OnUnsatisfied;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.RoutingConfig;
import dev.penstock.config.SessionToken;
import dev.penstock.connect.Node;
import dev.penstock.observe.RouteReason;
import dev.penstock.pool.NodePools;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import dev.penstock.topology.TopologyView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where a read goes: of two replicas at random the one with fewer connections in use; the primary when no replica may serve, or as one of the
 * readers as often as its weight says. Thread-safe; no I/O.
 */
final class ReaderChoice {
    private final ClusterNodes nodes;
    private final Judge judge;
    private final double primaryWeight;
    private final boolean primaryStandsIn;

    ReaderChoice(ClusterNodes nodes, Judge judge, RoutingConfig config) {
        this.nodes = nodes;
        this.judge = judge;
        this.primaryWeight = config.primaryReadWeight();
        this.primaryStandsIn = config.onNoReplica() == OnNoReplica.PRIMARY;
    }

    /**
     * Where one read goes.
     *
     * @param catchUp whether the node is not known to have what the read asks for, so that it has to be waited for
     */
    record Choice(Node node, RouteReason reason, boolean catchUp) {}

    /** For a read that asks for nothing, without looking at each node. Null when nobody may serve it now. */
    @Nullable
    Node ofReaders(TopologyView view) {
        List<Node> readers = view.readers();
        if (readers.isEmpty()) {
            return mayFallBack(ReadNeed.ANY) ? primary(view, Tried.NOTHING) : null;
        }
        Node primary = asReader(view);
        if (primary == null) {
            return lessBusy(readers);
        }
        List<Node> all = new ArrayList<>(readers);
        all.add(primary);
        return lessBusy(all);
    }

    /** The primary, as often as it is to take part. */
    private @Nullable Node asReader(TopologyView view) {
        if (primaryWeight == 0
                || view.primary().isEmpty()
                || ThreadLocalRandom.current().nextDouble() >= primaryWeight) {
            return null;
        }
        return view.primary().get().node();
    }

    /**
     * For any read. Once it has waited for a replica in vain, it waits for no other.
     *
     * @return null when nobody may serve it now
     */
    @Nullable
    Choice choose(TopologyView view, ReadNeed need, Tried tried) {
        Node primary = primary(view, tried);
        if (need.onlyPrimary() != null) {
            return primary == null ? null : new Choice(primary, need.onlyPrimary(), false);
        }
        boolean preferred = need.preference() == ReadPreference.PRIMARY_PREFERRED;
        if (preferred && primary != null) {
            return new Choice(primary, RouteReason.PRIMARY_ASKED_FOR, false);
        }
        Choice replica = replica(view, need, tried);
        if (replica != null) {
            return preferred && !replica.catchUp()
                    ? new Choice(replica.node(), RouteReason.NO_PRIMARY, false)
                    : replica;
        }
        return primary == null || !mayFallBack(need) ? null : new Choice(primary, fallback(view, need, tried), false);
    }

    /** When the token is of another history than the primary's, no replica that comes back could change that. */
    private RouteReason fallback(TopologyView view, ReadNeed need, Tried tried) {
        SessionToken token = need.token();
        Position primary = view.primary().flatMap(NodeView::position).orElse(null);
        return token != null && primary != null && !primary.token().isOfSameHistory(token)
                ? RouteReason.TOKEN_UNPROVEN
                : best(view, need, tried).fallback();
    }

    private static @Nullable Node primary(TopologyView view, Tried tried) {
        Node primary = view.primary().map(NodeView::node).orElse(null);
        return primary == null || tried.failed().contains(primary) ? null : primary;
    }

    private @Nullable Choice replica(TopologyView view, ReadNeed need, Tried tried) {
        List<Node> eligible = withVerdict(Verdict.ELIGIBLE, view, need, tried);
        if (!eligible.isEmpty()) {
            Node primary = need.preference() == ReadPreference.REPLICA_ONLY ? null : asReader(view);
            if (primary != null && !tried.failed().contains(primary)) {
                eligible.add(primary);
            }
            Node chosen = lessBusy(eligible);
            return new Choice(chosen, chosen == primary ? RouteReason.PRIMARY_AS_READER : RouteReason.REPLICA, false);
        }
        Node ahead = tried.behind().isEmpty() && need.onUnsatisfied() == OnUnsatisfied.WAIT_THEN_PRIMARY
                ? mostAdvanced(withVerdict(Verdict.NOT_YET, view, need, tried), view)
                : null;
        return ahead == null ? null : new Choice(ahead, RouteReason.REPLICA_AFTER_WAIT, true);
    }

    private List<Node> withVerdict(Verdict wanted, TopologyView view, ReadNeed need, Tried tried) {
        List<Node> found = new ArrayList<>();
        for (NodeView one : view.nodes()) {
            if (judge.of(one, view, need, tried) == wanted) {
                found.add(one.node());
            }
        }
        return found;
    }

    private @Nullable Node mostAdvanced(List<Node> behind, TopologyView view) {
        Node ahead = null;
        long furthest = -1;
        for (Node node : behind) {
            long position = judge.positionOf(view.of(node));
            if (position > furthest) {
                furthest = position;
                ahead = node;
            }
        }
        return ahead;
    }

    /** Whether a read for which no replica is good enough may go to the primary. */
    boolean mayFallBack(ReadNeed need) {
        return need.preference() != ReadPreference.REPLICA_ONLY
                && primaryStandsIn
                && !(need.onUnsatisfied() == OnUnsatisfied.FAIL && need.asksForFreshness());
    }

    /** The best that can be said of a replica: why none serves, when none does. */
    Verdict best(TopologyView view, ReadNeed need, Tried tried) {
        Verdict best = Verdict.NO_REPLICA;
        for (NodeView one : view.nodes()) {
            Verdict verdict = view.isPrimary(one.node()) ? Verdict.NO_REPLICA : judge.of(one, view, need, tried);
            best = verdict.compareTo(best) > 0 ? verdict : best;
        }
        return best;
    }

    private Node lessBusy(List<Node> candidates) {
        int size = candidates.size();
        if (size == 1) {
            return candidates.get(0);
        }
        RandomGenerator random = ThreadLocalRandom.current();
        int first = random.nextInt(size);
        int second = (first + 1 + random.nextInt(size - 1)) % size;
        Node one = candidates.get(first);
        Node other = candidates.get(second);
        return inUse(one) <= inUse(other) ? one : other;
    }

    private int inUse(Node node) {
        NodePools ofNode = nodes.of(node);
        return ofNode == null ? 0 : ofNode.inUse();
    }
}
