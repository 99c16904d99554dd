package dev.penstock.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of one row of {@link Key}. Immutable. */
record KeySpec(
        String component,
        String name,
        String alias,
        String variable,
        Kind kind,
        @Nullable String byDefault,
        long min,
        long max,
        List<String> words,
        String why) {

    /** What a value must be. */
    enum Kind {
        TEXT,
        INTEGER,
        DURATION,
        SHARE,
        WORD,
        PATH,
        SECRET
    }

    private static KeySpec of(String component, String name, Kind kind, long min, long max, List<String> words) {
        return new KeySpec(component, name, "", "", kind, null, min, max, words, "");
    }

    static KeySpec text(String component, String name) {
        return of(component, name, Kind.TEXT, 0, 0, List.of());
    }

    static KeySpec path(String component, String name) {
        return of(component, name, Kind.PATH, 0, 0, List.of());
    }

    static KeySpec secret(String component, String name) {
        return of(component, name, Kind.SECRET, 0, 0, List.of());
    }

    static KeySpec integer(String component, String name, long min, long max) {
        return of(component, name, Kind.INTEGER, min, max, List.of());
    }

    /** Bounds in seconds; a value without a unit is seconds too. */
    static KeySpec duration(String component, String name, long minSeconds, long maxSeconds) {
        return of(component, name, Kind.DURATION, minSeconds, maxSeconds, List.of());
    }

    static KeySpec share(String component, String name) {
        return of(component, name, Kind.SHARE, 0, 1, List.of());
    }

    static KeySpec word(String component, String name, String... words) {
        return of(component, name, Kind.WORD, 0, 0, List.of(words));
    }

    /** The libpq name that is accepted as well, directly below {@code database:} and in a connection string. */
    KeySpec libpq(String value) {
        return new KeySpec(component, name, value, variable, kind, byDefault, min, max, words, why);
    }

    KeySpec variable(String value) {
        return new KeySpec(component, name, alias, value, kind, byDefault, min, max, words, why);
    }

    KeySpec byDefault(String value) {
        return new KeySpec(component, name, alias, variable, kind, value, min, max, words, why);
    }

    KeySpec because(String value) {
        return new KeySpec(component, name, alias, variable, kind, byDefault, min, max, words, value);
    }

    /** What a value must be, in the words of the documentation and of violations. */
    String bounds() {
        return switch (kind) {
            case INTEGER -> min + " to " + max;
            case DURATION -> min + " s to " + max + " s";
            case SHARE -> "0 to 1";
            case WORD -> String.join(", ", words);
            case PATH -> "a path";
            case TEXT, SECRET -> "not blank";
        };
    }
}
