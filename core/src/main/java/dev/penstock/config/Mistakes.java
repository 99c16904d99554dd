package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what every step of a build finds wrong, so that one exception names every mistake, in the order of the {@link Key}s; what is no mistake
 * in a key comes first. Not thread-safe.
 */
final class Mistakes {
    /** Where keys are written, in the words of whoever wrote them. */
    interface Places {
        String path(Key key);

        String origin(Key key);

        /** Where the value is written that somebody wrote; empty when nobody did. */
        Optional<String> written(Key key);
    }

    /** A program's: components of the builder. */
    private static final Places IN_CODE = new Places() {
        @Override
        public String path(Key key) {
            return key.component;
        }

        @Override
        public String origin(Key key) {
            return Violation.IN_CODE;
        }

        @Override
        public Optional<String> written(Key key) {
            return Optional.of(Violation.IN_CODE);
        }
    };

    private record Found(@Nullable Key key, Violation violation) {
        private int rank() {
            return key == null ? -1 : key.ordinal();
        }
    }

    private final List<Found> found = new ArrayList<>();
    private Places places = IN_CODE;

    /** What is found from now on by its key alone is told as written there. */
    void placedBy(Places writer) {
        places = writer;
    }

    /** The same mistakes so far, to which others can be added. */
    Mistakes copy() {
        Mistakes copy = new Mistakes();
        copy.found.addAll(found);
        copy.places = places;
        return copy;
    }

    /** A mistake in no key, or whose place is told already; once: several databases of one file may share it, such as that of a policy. */
    void add(Violation violation) {
        Found one = new Found(null, violation);
        if (!found.contains(one)) {
            found.add(one);
        }
    }

    /** A mistake in that key, whose place is told already. */
    void add(Key key, Violation violation) {
        found.add(new Found(key, violation));
    }

    /** A mistake in that key, wherever it is written. */
    void add(Key key, String code, String shown, String message, String remedy) {
        add(key, key, Violation.of(code, shown, message, remedy));
    }

    /** A mistake in that key, wherever it is written; when nobody wrote it, it is asked for by {@code cause}. */
    void add(Key key, Key cause, Violation unplaced) {
        String origin = places.written(key).orElseGet(() -> places.origin(cause));
        found.add(new Found(key, unplaced.at(places.path(key), origin)));
    }

    /** What a step found wrong that reads what was written for that key. */
    void add(Key key, InvalidConfigException wrong, String path, String origin) {
        for (Violation violation : wrong.violations()) {
            found.add(new Found(key, violation.at(path, origin)));
        }
    }

    /** A mistake in a component that is told from the view of a program, with the place that is known there. */
    void addComponent(Violation violation) {
        String path = violation.path();
        int bracket = path.indexOf('[');
        Key key =
                Key.ofComponent(bracket < 0 ? path : path.substring(0, bracket)).orElse(null);
        if (key == null || places == IN_CODE) {
            found.add(new Found(key, violation));
        } else {
            boolean elsewhere = !violation.origin().equals(Violation.IN_CODE);
            String origin = places.written(key).orElse(elsewhere ? violation.origin() : places.origin(key));
            found.add(new Found(
                    key,
                    Violation.of(violation.code(), violation.value(), violation.message(), violation.remedy())
                            .at(places.path(key), origin)));
        }
    }

    /** What a step found wrong that reads what was written for no key. */
    void add(InvalidConfigException wrong, String path, String origin) {
        wrong.violations().forEach(violation -> add(violation.at(path, origin)));
    }

    boolean has(Key key) {
        return found.stream().anyMatch(one -> one.key == key);
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidConfigException(sorted());
        }
    }

    private List<Violation> sorted() {
        return found.stream()
                .sorted(Comparator.comparingInt(Found::rank))
                .map(Found::violation)
                .toList();
    }
}
