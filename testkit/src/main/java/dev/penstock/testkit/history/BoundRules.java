package dev.penstock.testkit.history;

import java.util.List;
import java.util.function.Consumer;

/** That calls end, and that reads succeed. */
record BoundRules(List<Span> withoutPrimary, long graceNanos, long settleNanos, Consumer<Violation> found) {
    void check(List<Operation> operations) {
        for (Operation call : operations) {
            if (call.times().endedNanos() > call.times().deadlineNanos() + graceNanos) {
                found.accept(Violation.of(
                        Rule.ENDED_IN_TIME,
                        call.kind() + " " + call.id() + " ended "
                                + (call.times().endedNanos() - call.times().deadlineNanos()) / 1_000_000
                                + " ms after its deadline",
                        call));
            }
            if (call.kind() == Kind.READ
                    && call.outcome() != Outcome.ACKNOWLEDGED
                    && call.isPromised(Promise.READS_SUCCEED)
                    && !couldNotBeServed(call)) {
                found.accept(Violation.of(
                        Rule.READ_SERVED, "read " + call.id() + " failed, and a node could have served it", call));
            }
        }
    }

    private boolean couldNotBeServed(Operation read) {
        boolean bound = read.isPromised(Promise.READ_YOUR_WRITES) || read.isPromised(Promise.MONOTONIC_READS);
        return bound
                && withoutPrimary.stream()
                        .anyMatch(span -> span.meets(
                                read.times().startedNanos(), read.times().endedNanos(), settleNanos));
    }
}
