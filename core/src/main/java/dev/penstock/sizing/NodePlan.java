package dev.penstock.sizing;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The plan for one node and one instance. Immutable.
 *
 * @param node what was known of it
 * @param ceiling the connections that the configuration allows there
 * @param bounds every bound that could be computed, at most one of them binding
 * @param advised the number that the bounds come to; empty when nothing was declared that asks for connections
 * @param predicted what the ceiling gives while every replica is up; empty without a declared load
 * @param oneMore what one connection more would give
 * @param oneFewer what one connection fewer would give; empty with a single one
 * @param replicaLost what the ceiling gives when one replica is lost; empty when that changes nothing here
 */
public record NodePlan(
        PlannedNode node,
        int ceiling,
        List<Bound> bounds,
        OptionalInt advised,
        Optional<Prediction> predicted,
        Optional<Prediction> oneMore,
        Optional<Prediction> oneFewer,
        Optional<Prediction> replicaLost) {
    public NodePlan {
        bounds = List.copyOf(bounds);
    }

    /** The bound that decides. */
    public Optional<Bound> binding() {
        return bounds.stream().filter(Bound::binding).findFirst();
    }

    /** The bound of that kind, when it could be computed. */
    public Optional<Bound> bound(Bound.Kind kind) {
        return bounds.stream().filter(bound -> bound.kind() == kind).findFirst();
    }
}
