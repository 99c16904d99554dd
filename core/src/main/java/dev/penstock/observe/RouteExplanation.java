package dev.penstock.observe;

import java.util.List;

/**
 * Where a read would go now, and why not elsewhere. Immutable.
 *
 * @param reason why it would go to the nodes that are {@linkplain Candidate#eligible() eligible}; when none is, what it would be
 *     refused, or wait, for
 * @param candidates every node, in the order of the status
 */
public record RouteExplanation(RouteReason reason, List<Candidate> candidates) {
    /**
     * One node.
     *
     * @param node its logical name
     * @param role the part it plays
     * @param eligible whether the read could go there; of several, two are compared at random and the less busy one is taken
     * @param why in words
     */
    public record Candidate(String node, Role role, boolean eligible, String why) {
        @Override
        public String toString() {
            return (eligible ? "+ " : "- ") + node + " (" + role + "): " + why;
        }
    }

    public RouteExplanation {
        candidates = List.copyOf(candidates);
    }

    /** A line for the reason and one for each node. */
    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder(reason.name());
        candidates.forEach(candidate -> lines.append("\n  ").append(candidate));
        return lines.toString();
    }
}
