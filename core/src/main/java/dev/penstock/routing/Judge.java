package dev.penstock.routing;

import dev.penstock.config.SessionToken;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import dev.penstock.topology.TopologyView;
import org.jspecify.annotations.Nullable;

/** Says of each replica whether it may serve a read: for the choice, and for explaining it. Thread-safe; no I/O. */
final class Judge {
    private final Replayed replayed;

    Judge(Replayed replayed) {
        this.replayed = replayed;
    }

    Verdict of(NodeView view, TopologyView all, ReadNeed need, Tried tried) {
        if (view.state() == NodeState.UNKNOWN) {
            return Verdict.SLOW;
        }
        if (!view.state().serves()) {
            return Verdict.NOT_SERVING;
        }
        if (view.role() != Role.REPLICA) {
            return Verdict.NO_REPLICA;
        }
        if (!view.node().servesReads()) {
            return Verdict.NO_READS;
        }
        if (view.node().startMode().isRefusedByReplicas()) {
            return Verdict.SERIALIZABLE;
        }
        if (tried.failed().contains(view.node())) {
            return Verdict.FAILED;
        }
        if (!all.readers().contains(view.node())) {
            return view.barred() ? Verdict.LAGGING : Verdict.SLOW;
        }
        if (isTooStale(view, need)) {
            return Verdict.STALE;
        }
        Verdict known = byToken(view, need.token());
        return known == Verdict.ELIGIBLE && tried.behind().contains(view.node()) ? Verdict.NOT_YET : known;
    }

    /** Pessimistic: what was measured, and the time since. Unknown lag is too much. */
    private static boolean isTooStale(NodeView view, ReadNeed need) {
        if (need.maxStalenessNanos() == 0) {
            return false;
        }
        long age = System.nanoTime() - view.answeredNanos();
        return view.lag()
                .filter(lag -> lag.time().toNanos() + age <= need.maxStalenessNanos())
                .isEmpty();
    }

    /** How far the node is known to be; -1 when nothing is proven. */
    long positionOf(NodeView view) {
        return replayed.of(view).map(position -> position.token().position()).orElse(-1L);
    }

    private Verdict byToken(NodeView view, @Nullable SessionToken token) {
        if (token == null) {
            return Verdict.ELIGIBLE;
        }
        Position position = replayed.of(view).orElse(null);
        if (position == null || !position.token().isOfSameHistory(token)) {
            return Verdict.UNPROVEN;
        }
        return position.includes(token) ? Verdict.ELIGIBLE : Verdict.NOT_YET;
    }
}
