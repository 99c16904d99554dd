package dev.penstock.testkit.history;

import java.util.List;
import java.util.function.Consumer;

/** Where a call may be executed: a write on the primary, a read there or on a replica, and neither on a node that was replaced. */
record PlaceRules(Traces traces, List<Reign> reigns, long settleNanos, Consumer<Violation> found) {
    void check(List<Operation> operations) {
        for (Operation call : operations) {
            if (call.kind() == Kind.WRITE) {
                traces.all(call.id()).stream().map(Row::node).distinct().forEach(node -> reigned(node, call));
            }
            call.seen().ifPresent(seen -> answered(seen, call));
        }
    }

    private void answered(Seen seen, Operation call) {
        if (!seen.inRecovery()) {
            reigned(seen.node(), call);
        } else if (call.kind() == Kind.WRITE) {
            found.accept(Violation.of(
                    Rule.EXECUTED_BY_THE_PRIMARY,
                    "write " + call.id() + " was executed by " + seen.node() + ", a replica",
                    call));
        }
    }

    /** What nobody waits for any more may be executed later, by a server that was frozen: only its beginning counts. */
    private void reigned(String node, Operation call) {
        long until = call.outcome() == Outcome.UNKNOWN
                ? Long.MAX_VALUE
                : call.times().endedNanos();
        boolean primary = reigns.stream()
                .anyMatch(reign -> reign.node().equals(node)
                        && reign.span().meets(call.times().startedNanos(), until, settleNanos));
        if (!primary) {
            found.accept(Violation.of(
                    Rule.EXECUTED_BY_THE_PRIMARY,
                    call.kind() + " " + call.id() + " was executed by " + node
                            + ", which accepted writes and was not the primary: " + reigns,
                    call));
        }
    }
}
