package dev.penstock.testkit.history;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One call as its caller saw it. Immutable.
 *
 * @param id unique in its history, from 1
 * @param session whose promises it is under; empty when it belongs to none
 * @param thread the thread that made it
 * @param times when it was under way, and when it should have ended
 * @param seen what the executing server said; empty when no answer arrived
 * @param reason why it failed; empty when it did not
 */
public record Operation(
        long id,
        String session,
        Set<Promise> promises,
        String thread,
        Kind kind,
        String key,
        Times times,
        Outcome outcome,
        Optional<Seen> seen,
        String reason) {
    public Operation {
        promises = Set.copyOf(promises);
    }

    /**
     * The times of a call, in nanoseconds since the history began.
     *
     * @param deadlineNanos when it should have ended
     */
    public record Times(long startedNanos, long endedNanos, long deadlineNanos) {}

    boolean is(Kind wanted, Outcome told) {
        return kind == wanted && outcome == told;
    }

    boolean isPromised(Promise promise) {
        return promises.contains(promise);
    }

    /** The version written or read; 0 when no answer arrived. */
    long version() {
        return seen.map(Seen::version).orElse(0L);
    }

    /** "write 17 of s-1 on k-3, 3.214 to 3.220 s: acknowledged, version 12 on node-2 (primary)". */
    @Override
    public String toString() {
        String of = session.isEmpty() ? "" : " of " + session;
        String answer = seen.map(said -> ", version " + said.version() + " on " + said.node()
                        + (said.inRecovery() ? " (replica)" : " (primary)"))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s %d%s on %s by %s, %.3f to %.3f s: %s%s%s",
                kind.name().toLowerCase(Locale.ROOT),
                id,
                of,
                key,
                thread,
                times.startedNanos / 1e9,
                times.endedNanos / 1e9,
                outcome.name().toLowerCase(Locale.ROOT),
                answer,
                reason.isEmpty() ? "" : ", " + reason);
    }
}
