package dev.penstock.pool;

import dev.penstock.connect.Holder;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** The threads that have a node's pooled connections at one moment, a line for each connection. Immutable. */
public final class Holders {
    /** A message is for people: the longest holders say enough, and a thread dump has the rest. */
    private static final int NAMED = 5;

    private final List<Holder> longestFirst;
    private final long now;

    private Holders(List<Holder> holders, long now) {
        this.now = now;
        this.longestFirst = holders.stream()
                .sorted(Comparator.comparing(Holder::isCaller)
                        .thenComparingLong(holder -> holder.heldFor(now))
                        .reversed()
                        .thenComparingLong(Holder::number))
                .toList();
    }

    /** Those of the moment; a connection that changes hands meanwhile is left out. */
    static Holders of(Node node) {
        return of(
                node.liveConnections().stream()
                        .map(NodeConnection::holder)
                        .filter(Objects::nonNull)
                        .toList(),
                System.nanoTime());
    }

    static Holders of(List<Holder> holders, long now) {
        return new Holders(holders, now);
    }

    /** Those whose connections are for reading. */
    Holders ofReads() {
        return new Holders(
                longestFirst.stream()
                        .filter(holder -> holder.purpose() == Purpose.READ)
                        .toList(),
                now);
    }

    /** How many connections they have. */
    public int count() {
        return longestFirst.size();
    }

    /**
     * What a caller is told who got none of {@code places}.
     *
     * @param remedy what to do when the caller holds none itself
     */
    String told(String places, String remedy) {
        if (longestFirst.isEmpty()) {
            return remedy;
        }
        String inUse = count() + " of " + places + " in use: " + this + ". ";
        long own = longestFirst.stream().filter(Holder::isCaller).count();
        if (own == 0) {
            return inUse + remedy;
        }
        return inUse + "This thread borrowed " + (own == 1 ? "one" : own) + " of them and has not returned "
                + (own == 1 ? "it" : "them")
                + ": use the outer call's connection in the inner call, or make the inner call after it."
                + (own == count() ? "" : " Otherwise: " + remedy);
    }

    /** The caller's own first, then those that have held theirs for the longest: {@code main #1 (write), worker-3 #45 (read, 31 s) and 4 more}. */
    @Override
    public String toString() {
        List<String> named = longestFirst.stream()
                .limit(NAMED)
                .map(holder -> holder.describe(now))
                .toList();
        int more = count() - named.size();
        return String.join(", ", named) + (more == 0 ? "" : " and " + more + " more");
    }
}
