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

    private static KeySpec of(String component, String name, Kind kind, String... words) {
        return new KeySpec(component, name, "", "", kind, null, 0, 0, List.of(words), "");
    }

    static KeySpec text(String component, String name) {
        return of(component, name, Kind.TEXT);
    }

    static KeySpec path(String component, String name) {
        return of(component, name, Kind.PATH);
    }

    static KeySpec secret(String component, String name) {
        return of(component, name, Kind.SECRET);
    }

    static KeySpec integer(String component, String name, long min, long max) {
        return of(component, name, Kind.INTEGER).between(min, max);
    }

    /** Bounds in seconds; a value without a unit is seconds too. */
    static KeySpec duration(String component, String name, long minSeconds, long maxSeconds) {
        return of(component, name, Kind.DURATION).between(minSeconds, maxSeconds);
    }

    static KeySpec share(String component, String name) {
        return of(component, name, Kind.SHARE).between(0, 1);
    }

    static KeySpec word(String component, String name, String... words) {
        return of(component, name, Kind.WORD, words);
    }

    private KeySpec between(long least, long most) {
        return new KeySpec(component, name, alias, variable, kind, byDefault, least, most, words, why);
    }

    /** The libpq name that is accepted as well, directly below {@code database:} and in a connection string. */
    KeySpec libpq(String value) {
        return new KeySpec(component, name, value, variable, kind, byDefault, min, max, words, why);
    }

    /** A word that is taken beside the numbers. */
    KeySpec or(String word) {
        return new KeySpec(component, name, alias, variable, kind, byDefault, min, max, List.of(word), why);
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
            case INTEGER -> min + " to " + max + (words.isEmpty() ? "" : ", or " + words.get(0));
            case DURATION -> min + " s to " + max + " s";
            case SHARE -> "0 to 1";
            case WORD -> String.join(", ", words);
            case PATH -> "a path";
            case TEXT, SECRET -> "not blank";
        };
    }
}
