package dev.penstock.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Thrown before the first connection when a configuration has mistakes; it carries all of them. */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    public InvalidConfigException(Violation... violations) {
        this(List.of(violations));
    }

    /** @param violations every mistake found, in any order; at least one */
    public InvalidConfigException(List<Violation> violations) {
        super(report(violations));
        this.violations = sorted(violations);
    }

    /** Every mistake, ordered by path. Empty after serialization. */
    public List<Violation> violations() {
        return violations == null ? List.of() : violations;
    }

    private static List<Violation> sorted(List<Violation> violations) {
        return violations.stream().sorted(Comparator.comparing(Violation::path)).toList();
    }

    private static String report(List<Violation> violations) {
        String head = violations.size() == 1
                ? "The database configuration has 1 mistake:"
                : "The database configuration has " + violations.size() + " mistakes:";
        return sorted(violations).stream().map(v -> "  " + v).collect(Collectors.joining("\n", head + "\n", ""));
    }
}
