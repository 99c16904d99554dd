package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.observe.RouteExplanation;
import dev.penstock.observe.RouteExplanation.Candidate;
import dev.penstock.observe.RouteReason;
import dev.penstock.routing.ReaderChoice.Choice;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says where a read would go, by the same rules that send it there. No I/O. */
final class Explanation {
    private final Judge judge;
    private final ReaderChoice choice;

    Explanation(Judge judge, ReaderChoice choice) {
        this.judge = judge;
        this.choice = choice;
    }

    RouteExplanation of(TopologyView view, ReadNeed need) {
        Choice chosen = choice.choose(view, need, Tried.NOTHING);
        RouteReason reason =
                chosen == null ? choice.best(view, need, Tried.NOTHING).fallback() : chosen.reason();
        Node primary = view.primary().map(NodeView::node).orElse(null);
        boolean onPrimary = chosen != null && chosen.node() == primary && reason != RouteReason.PRIMARY_AS_READER;
        List<Candidate> candidates = view.nodes().stream()
                .map(one -> candidate(one, view, need, onPrimary ? chosen : null))
                .toList();
        return new RouteExplanation(reason == RouteReason.PRIMARY_AS_READER ? RouteReason.REPLICA : reason, candidates);
    }

    private Candidate candidate(NodeView one, TopologyView view, ReadNeed need, @Nullable Choice onPrimary) {
        if (view.isPrimary(one.node())) {
            String why =
                    onPrimary == null ? "it is the primary" : onPrimary.reason().name();
            String writes = StartSettings.whyReadOnly(one.node().startMode());
            return new Candidate(one.node().name(), one.role(), onPrimary != null, why + writes);
        }
        Verdict verdict = judge.of(one, view, need, Tried.NOTHING);
        boolean serves = onPrimary == null && (verdict == Verdict.ELIGIBLE || verdict == Verdict.NOT_YET);
        String why = verdict == Verdict.ELIGIBLE && !serves
                ? "it could, but the primary is to serve this read"
                : verdict.why();
        String because = verdict == Verdict.SERIALIZABLE
                ? StartSettings.whySerializable(one.node().startMode())
                : "";
        return new Candidate(one.node().name(), one.role(), serves, why + because);
    }
}
