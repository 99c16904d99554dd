package dev.penstock.testkit.history;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the servers' tables say of each call. */
final class Traces {
    private final Map<Long, List<Row>> kept;
    private final Map<Long, List<Row>> lost;

    Traces(Evidence evidence) {
        this.kept = byOperation(evidence.rows());
        this.lost = byOperation(evidence.lost());
    }

    private static Map<Long, List<Row>> byOperation(List<Row> rows) {
        return rows.stream().collect(Collectors.groupingBy(Row::operation));
    }

    /** On the last primary. */
    List<Row> kept(long operation) {
        return kept.getOrDefault(operation, List.of());
    }

    /** On a former primary alone. */
    List<Row> lost(long operation) {
        return lost.getOrDefault(operation, List.of());
    }

    List<Row> all(long operation) {
        return Stream.concat(kept(operation).stream(), lost(operation).stream()).toList();
    }

    boolean isKept(long operation) {
        return kept.containsKey(operation);
    }

    boolean exists(long operation) {
        return kept.containsKey(operation) || lost.containsKey(operation);
    }
}
