package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far each replica is known to be: what its monitor heard, and what reads that waited for it have seen since. Thread-safe.
 * Always a little behind the truth, so it never makes a read stale.
 */
final class Replayed {
    private final Map<Node, Position> seen = new ConcurrentHashMap<>();

    /** A read found {@code node} there. */
    void learn(Node node, Position position) {
        seen.merge(node, position, Replayed::later);
    }

    private static Position later(Position one, Position other) {
        return one.nanos() - other.nanos() > 0 ? one : other;
    }

    /**
     * Where it was last seen; empty when nothing is proven. What was seen on another timeline than it is on now, or of another server than its
     * monitor sees, does not count.
     */
    Optional<Position> of(NodeView view) {
        Optional<Position> heard = view.position();
        Position more = seen.get(view.node());
        if (heard.isEmpty() || more == null || !isComparable(heard.get(), more)) {
            return heard;
        }
        return Optional.of(later(heard.get(), more));
    }

    private static boolean isComparable(Position one, Position other) {
        return one.server().equals(other.server()) && one.token().isOfSameHistory(other.token());
    }
}
