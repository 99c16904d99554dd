package dev.penstock.testkit.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a session must see: at least what one of its calls wrote or read, and had ended before the read began. What a
 * failover lost binds nobody: only versions that the last primary has count, told by who wrote them, since the versions'
 * numbers are given again.
 */
record SessionRules(Traces traces, Consumer<Violation> found) {
    private record SessionKey(String session, String key) {}

    void check(List<Operation> operations) {
        hold(
                operations,
                Promise.READ_YOUR_WRITES,
                call -> call.is(Kind.WRITE, Outcome.ACKNOWLEDGED) && traces.isKept(call.id()),
                Rule.OWN_WRITE_READ);
        hold(operations, Promise.MONOTONIC_READS, this::showsWhatIsKept, Rule.READ_NOT_BACKWARDS);
        operations.stream()
                .filter(call -> call.is(Kind.READ, Outcome.ACKNOWLEDGED))
                .forEach(this::wasWritten);
    }

    private boolean showsWhatIsKept(Operation call) {
        return call.is(Kind.READ, Outcome.ACKNOWLEDGED)
                && call.seen().filter(seen -> traces.isKept(seen.writer())).isPresent();
    }

    private void wasWritten(Operation read) {
        long writer = read.seen().map(Seen::writer).orElse(0L);
        if (writer != 0 && !traces.exists(writer)) {
            found.accept(Violation.of(
                    Rule.READ_WAS_WRITTEN,
                    "read " + read.id() + " saw what write " + writer + " wrote, which no primary has or had",
                    read));
        }
    }

    private void hold(List<Operation> operations, Promise promise, Predicate<Operation> binds, Rule rule) {
        Map<SessionKey, List<Operation>> groups = operations.stream()
                .filter(call -> call.isPromised(promise))
                .collect(Collectors.groupingBy(call -> new SessionKey(call.session(), call.key())));
        groups.values().forEach(calls -> hold(calls, binds, rule));
    }

    /** One session and one key. The binding calls are taken in as they end, the reads looked at as they begin. */
    private void hold(Collection<Operation> calls, Predicate<Operation> binds, Rule rule) {
        List<Operation> binding = new ArrayList<>(calls.stream().filter(binds).toList());
        binding.sort(Comparator.comparingLong(operation -> operation.times().endedNanos()));
        List<Operation> reads = new ArrayList<>(calls.stream()
                .filter(call -> call.is(Kind.READ, Outcome.ACKNOWLEDGED))
                .toList());
        reads.sort(Comparator.comparingLong(operation -> operation.times().startedNanos()));
        Operation newest = null;
        int next = 0;
        for (Operation read : reads) {
            for (;
                    next < binding.size()
                            && binding.get(next).times().endedNanos()
                                    <= read.times().startedNanos();
                    next++) {
                newest = newer(newest, binding.get(next));
            }
            if (newest != null && read.version() < newest.version()) {
                found.accept(Violation.of(
                        rule,
                        "read " + read.id() + " of " + read.session() + " saw version " + read.version() + " of "
                                + read.key() + " after " + newest.kind() + " " + newest.id() + " of version "
                                + newest.version(),
                        newest,
                        read));
            }
        }
    }

    private static Operation newer(@Nullable Operation one, Operation other) {
        return one == null || other.version() > one.version() ? other : one;
    }
}
