package dev.penstock.testkit.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds a history against every {@link Rule}. Pure: the same calls and evidence give the same violations. Thread-safe.
 *
 * <p>Asynchronous replication may lose acknowledged writes in a failover, and a router must not be blamed for that, nor may it
 * hide behind it. The criterion is the data of the node that was lost: an acknowledged write that the last primary does not
 * have is excused exactly when the node that executed it had it, itself, when it was looked at before its data were
 * replaced ({@link Evidence#lost}), and that node was the primary, or had been {@code settle} ago at most, when the call began. What
 * neither has was never committed, or was acknowledged by nobody who could.
 */
public final class HistoryChecker {
    private final long graceNanos;
    private final long settleNanos;

    /**
     * @param grace how long after its deadline a call may end: 100 ms on a quiet machine, more in CI
     * @param settle how long after a new primary took its first write a caller may not know of it: the interval of the probes and
     *     their timeout, more in CI
     */
    public HistoryChecker(Duration grace, Duration settle) {
        this.graceNanos = grace.toNanos();
        this.settleNanos = settle.toNanos();
    }

    /** Every rule that was broken, and each time that it was; empty when none was. */
    public List<Violation> check(List<Operation> operations, Evidence evidence) {
        List<Violation> found = new ArrayList<>();
        Traces traces = new Traces(evidence);
        new WriteRules(traces, found::add).check(operations);
        new PlaceRules(traces, evidence.reigns(), settleNanos, found::add).check(operations);
        new SessionRules(traces, found::add).check(operations);
        new BoundRules(evidence.withoutPrimary(), graceNanos, settleNanos, found::add).check(operations);
        return found;
    }

    /** How much was looked at, in one line: without enough of each, no violation means little. */
    public static String summary(List<Operation> operations, Evidence evidence) {
        Traces traces = new Traces(evidence);
        long lost = operations.stream()
                .filter(call -> call.is(Kind.WRITE, Outcome.ACKNOWLEDGED) && !traces.isKept(call.id()))
                .count();
        long slowest = operations.stream()
                .mapToLong(call -> call.times().endedNanos() - call.times().startedNanos())
                .max()
                .orElse(0);
        return String.format(
                Locale.ROOT,
                "writes: %d acknowledged (%d of them lost by failover), %d certainly failed, %d unknown;"
                        + " reads: %d served, %d failed; %d primaries; slowest call %d ms",
                count(operations, Kind.WRITE, Outcome.ACKNOWLEDGED),
                lost,
                count(operations, Kind.WRITE, Outcome.FAILED),
                count(operations, Kind.WRITE, Outcome.UNKNOWN),
                count(operations, Kind.READ, Outcome.ACKNOWLEDGED),
                count(operations, Kind.READ, Outcome.FAILED) + count(operations, Kind.READ, Outcome.UNKNOWN),
                evidence.reigns().size(),
                slowest / 1_000_000);
    }

    private static long count(List<Operation> operations, Kind kind, Outcome outcome) {
        return operations.stream().filter(call -> call.is(kind, outcome)).count();
    }
}
