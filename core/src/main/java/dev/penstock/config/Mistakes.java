package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what every step of a build finds wrong, so that one exception names every mistake. Not thread-safe. */
final class Mistakes {
    private final List<Violation> found = new ArrayList<>();

    /** Adds a mistake once: several databases of one file may share it, such as that of a policy. */
    void add(Violation violation) {
        if (!found.contains(violation)) {
            found.add(violation);
        }
    }

    /** What a step found wrong, seen from {@code path}. */
    void add(InvalidConfigException wrong, String path) {
        for (Violation violation : wrong.violations()) {
            found.add(violation.at(path, violation.origin()));
        }
    }

    /** What a step found wrong that reads what was written at {@code origin}. */
    void add(InvalidConfigException wrong, String path, String origin) {
        for (Violation violation : wrong.violations()) {
            found.add(violation.at(path, origin));
        }
    }

    /** Runs a step that throws what it finds wrong, and goes on. */
    void gather(Runnable step) {
        try {
            step.run();
        } catch (InvalidConfigException e) {
            add(e, "");
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidConfigException(
                    found.stream().sorted(Comparator.comparing(Violation::path)).toList());
        }
    }
}
