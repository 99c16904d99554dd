package dev.penstock.sizing;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The size of a pool and the rule that decided it. Immutable.
 *
 * @param pool the size, the same for every server of the database
 * @param rule the rule that decided, with the ceiling that it gives
 * @param next the rule that would decide without that one; empty when there is none
 * @param notes what an operator should know besides: limits that were not looked at, a size that was clipped
 */
public record PoolSize(PoolSplit pool, Bound rule, Optional<Bound> next, List<String> notes) {
    public PoolSize {
        notes = List.copyOf(notes);
    }

    /** A size that somebody wrote: it stands, and is only judged. */
    public static PoolSize byHand(PoolSplit pool) {
        return new PoolSize(
                pool,
                new Bound(Bound.Kind.BY_HAND, pool.ceiling(), "pool_size + max_overflow"),
                Optional.empty(),
                List.of());
    }

    /**
     * The size that the formulas give. The need is the larger of the request formula with a fifth of headroom and the wait target; without rate and
     * query time it is the preset of the workload, else of the rate, else 20 + 10. A deadlock floor raises it. Where instances are declared, the
     * smallest limit of a server, a role or a database that is known cuts it, and neighbours whose size is found too get their part by need.
     *
     * @param maxOverflow set by hand: then only pool_size is found, at least 1
     * @param nodes of the database, the primary first; the size fits the smallest, because any of them may become the primary
     */
    public static PoolSize found(OptionalInt maxOverflow, Workload workload, Fleet fleet, List<PlannedNode> nodes) {
        return new SizeSearch(workload, fleet, nodes).find(maxOverflow);
    }

    /** Whether the formulas gave it. */
    public boolean isFound() {
        return rule.kind() != Bound.Kind.BY_HAND;
    }

    /** {@code 12 + 6 = 18 by the server budget (…); next wait target, 36 (…)}, and the notes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append(pool)
                .append(" = ")
                .append(pool.ceiling())
                .append(" by the ")
                .append(rule.kind().label())
                .append(rule.connections() == pool.ceiling() ? "" : ", " + rule.connections())
                .append(" (")
                .append(rule.inputs())
                .append(')');
        next.ifPresent(bound -> text.append("; next ").append(told(bound)));
        notes.forEach(note -> text.append("; ").append(note));
        return text.toString();
    }

    /** {@code wait target, 36 (500/s × 50 ms held, p99 wait of at most 5 ms)}. */
    static String told(Bound bound) {
        return bound.kind().label() + ", " + bound.connections() + " (" + bound.inputs() + ")";
    }
}
