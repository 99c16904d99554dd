package dev.penstock.sizing;

import java.util.List;
import java.util.Optional;

/**
 * A node as the plan knows it. Immutable.
 *
 * @param name its logical name, taken as it is: the one that status, metrics and log use
 * @param place where it is, for people
 * @param primary whether it is expected to be written
 * @param budget what it admits; empty when it has not been asked
 * @param live who was connected; empty when it has not been asked or would not say
 * @param unseen what it would not tell, and why: one sentence each
 * @param neighbours other databases of this process there
 * @param pooled whether a pooler stands in between that shares its sessions among transactions: then the server's limits
 *     bind the pooler's own pool and not this one, and nothing is compared
 */
public record PlannedNode(
        String name,
        String place,
        boolean primary,
        Optional<ServerBudget> budget,
        Optional<LiveSessions> live,
        List<String> unseen,
        List<Neighbour> neighbours,
        boolean pooled) {
    public PlannedNode {
        unseen = List.copyOf(unseen);
        neighbours = List.copyOf(neighbours);
    }

    /** A node that nobody asked. */
    public static PlannedNode unasked(String name, String place, boolean primary, List<Neighbour> neighbours) {
        return new PlannedNode(name, place, primary, Optional.empty(), Optional.empty(), List.of(), neighbours, false);
    }

    /** A node behind a pooler that shares its sessions among transactions. */
    public static PlannedNode pooled(String name, String place, boolean primary, List<Neighbour> neighbours) {
        return new PlannedNode(name, place, primary, Optional.empty(), Optional.empty(), List.of(), neighbours, true);
    }

    /** {@code node-1 (db-1:5432)}. */
    @Override
    public String toString() {
        return name + " (" + place + ")";
    }
}
