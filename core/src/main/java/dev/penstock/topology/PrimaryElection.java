package dev.penstock.topology;

import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may be written, decided from what every node last said. Pure: the same views give the same answer.
 *
 * <p>The writable node with the highest timeline is the primary: a replica that is promoted begins the timeline after the last
 * that it knows, so a former primary that wakes up is recognised by its lower one, and fenced. Two writable nodes on the same
 * timeline are either two names of one server, or a split brain in which nobody can tell whose writes will survive: then
 * nothing is written.
 * When one of two such servers is gone, the other one is written, and what was written to the first is lost.
 */
final class PrimaryElection {
    /** How long the holder of a higher timeline must be gone before a lower one is written again. */
    static final long HOLDER_GONE_NANOS = 60_000_000_000L;

    /** The timeline that was elected last, what tells it from others of its number, and who held it. */
    record Incumbent(int timeline, long origin, @Nullable Node holder) {
        static final Incumbent NONE = new Incumbent(0, 0, null);

        /** Whether {@code elected} began a timeline of the same number by itself. Known only when both origins are. */
        boolean isAnotherThan(NodeView elected) {
            return timeline == elected.timeline() && origin != 0 && elected.origin() != 0 && origin != elected.origin();
        }

        /** One that does not know where its timeline began is taken for the same as before. */
        Incumbent succeededBy(NodeView elected) {
            boolean unknown = elected.origin() == 0 && elected.timeline() == timeline;
            return new Incumbent(elected.timeline(), unknown ? origin : elected.origin(), elected.node());
        }
    }

    /**
     * @param primary the node to write to; empty when there is none, or more than one
     * @param fenced the nodes to keep away from, each with the reason
     * @param historyLost whether the elected timeline does not contain the one that was written before: it is lower, or another of the
     *     same number
     */
    record Result(Optional<NodeView> primary, Map<Node, String> fenced, boolean historyLost) {}

    private PrimaryElection() {}

    static Result elect(List<NodeView> views, Incumbent incumbent, long nowNanos) {
        List<NodeView> writable = views.stream()
                .filter(NodeView::isWritable)
                .sorted(Comparator.comparingInt(NodeView::timeline).reversed())
                .toList();
        Map<Node, String> fenced = new HashMap<>();
        if (writable.isEmpty()) {
            return new Result(Optional.empty(), fenced, false);
        }
        NodeView best = writable.get(0);
        for (NodeView other : writable.subList(1, writable.size())) {
            if (other.timeline() < best.timeline()) {
                fenced.put(other.node(), olderTimeline(other, best.timeline(), best.node()));
            } else if (!isSameServer(other, best)) {
                fenced.put(other.node(), splitBrain(other, best));
                fenced.put(best.node(), splitBrain(best, other));
            }
        }
        if (fenced.containsKey(best.node())) {
            return new Result(Optional.empty(), fenced, false);
        }
        boolean older = best.timeline() < incumbent.timeline();
        if (older && !isGone(views, incumbent, nowNanos)) {
            fenced.put(
                    best.node(), olderTimeline(best, incumbent.timeline(), Objects.requireNonNull(incumbent.holder())));
            return new Result(Optional.empty(), fenced, false);
        }
        return new Result(Optional.of(best), fenced, older || incumbent.isAnotherThan(best));
    }

    /** Whether the holder of the highest timeline can no longer be writing it. */
    private static boolean isGone(List<NodeView> views, Incumbent incumbent, long nowNanos) {
        return views.stream()
                .filter(view -> view.node() == incumbent.holder())
                .allMatch(view -> view.state() == NodeState.DOWN
                        ? nowNanos - view.downSinceNanos() > HOLDER_GONE_NANOS
                        : view.timeline() < incumbent.timeline());
    }

    private static boolean isSameServer(NodeView one, NodeView other) {
        return one.answer() != null
                && other.answer() != null
                && one.answer().postmaster().equals(other.answer().postmaster());
    }

    private static String olderTimeline(NodeView view, int higher, Node holder) {
        return "it writes timeline " + view.timeline() + " while " + holder + " has written timeline " + higher;
    }

    private static String splitBrain(NodeView view, NodeView other) {
        return "it and " + other.node() + " both write timeline " + view.timeline();
    }
}
