package dev.penstock.violation;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown before the first connection when a configuration has mistakes; it carries all of them. */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    public InvalidConfigException(Violation... violations) {
        this(List.of(violations));
    }

    /** @param violations every mistake found, in the order in which they are to be told; at least one */
    public InvalidConfigException(List<Violation> violations) {
        super(report(violations));
        this.violations = List.copyOf(violations);
    }

    /** Returns every mistake, in the order of the report. Empty after serialization. */
    public List<Violation> violations() {
        return violations == null ? List.of() : violations;
    }

    private static String report(List<Violation> violations) {
        String head = violations.size() == 1
                ? "The database configuration has 1 mistake:"
                : "The database configuration has " + violations.size() + " mistakes:";
        return violations.stream().map(v -> "  " + v).collect(Collectors.joining("\n", head + "\n", ""));
    }
}
