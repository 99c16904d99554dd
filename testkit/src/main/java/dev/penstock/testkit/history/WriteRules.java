package dev.penstock.testkit.history;

import java.util.List;
import java.util.function.Consumer;

/** What must be true of each write, whoever made it. */
record WriteRules(Traces traces, Consumer<Violation> found) {
    void check(List<Operation> operations) {
        for (Operation call : operations) {
            if (call.is(Kind.WRITE, Outcome.ACKNOWLEDGED)) {
                kept(call);
            } else if (call.is(Kind.WRITE, Outcome.FAILED)) {
                absent(call);
            }
            if (call.kind() == Kind.WRITE) {
                once(call);
            }
        }
    }

    /** Lost by failover is what the node that acknowledged it had itself, and nothing else. */
    private void kept(Operation call) {
        String node = call.seen().map(Seen::node).orElse("");
        boolean lostWithItsNode =
                traces.lost(call.id()).stream().anyMatch(row -> row.node().equals(node));
        if (!traces.isKept(call.id()) && !lostWithItsNode) {
            found.accept(Violation.of(
                    Rule.ACKNOWLEDGED_WRITE_KEPT,
                    "write " + call.id() + " was acknowledged, but neither the last primary has it nor did " + node
                            + " when it was lost",
                    call));
        }
    }

    private void absent(Operation call) {
        List<Row> rows = traces.all(call.id());
        if (!rows.isEmpty()) {
            found.accept(Violation.of(
                    Rule.FAILED_WRITE_ABSENT,
                    "write " + call.id() + " was reported as certainly not executed, and left " + rows,
                    call));
        }
    }

    /** A row that a former primary alone has is a second one when the last primary has another of the same call. */
    private void once(Operation call) {
        List<Row> rows = traces.all(call.id());
        if (rows.size() > 1) {
            found.accept(Violation.of(
                    Rule.WRITTEN_ONCE,
                    "write " + call.id() + " was executed " + rows.size() + " times: " + rows,
                    call));
        }
    }
}
