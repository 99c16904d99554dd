package dev.penstock.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gathers what every step of a build finds wrong, so that one exception names every mistake. Not thread-safe. */
final class Mistakes {
    private final List<Violation> found = new ArrayList<>();

    void add(Violation violation) {
        found.add(violation);
    }

    /** The step's value, or null when it was wrong; its violations are kept, seen from {@code path}. */
    <T> @Nullable T attempt(String path, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidConfigException e) {
            e.violations().forEach(v -> found.add(path.isEmpty() ? v : v.under(path)));
            return null;
        }
    }

    /** As {@link #attempt(String, Supplier)}, for a step that reads what was written at {@code origin}. */
    <T> @Nullable T attempt(String path, String origin, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidConfigException e) {
            e.violations().forEach(v -> found.add(v.at(path, origin)));
            return null;
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }
}
