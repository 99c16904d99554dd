package dev.penstock.config;

import dev.penstock.config.Substitution.Syntax;

/**
 * One value as it was written, with the place where it was.
 *
 * @param text what was written, before substitution
 * @param path what the place is called: {@code database.pool_size}, {@code pool_size}, {@code url.pool_size}
 * @param origin {@code config.yaml:12}, the name of a variable, {@code builder} or {@code default}
 * @param kind how the text is to be read
 */
record Scalar(String text, String path, String origin, Kind kind) {
    /** The origin of a value nobody wrote. */
    static final String DEFAULT = "default";

    enum Kind {
        /** In a configuration file: subject to substitution. */
        FILE,
        /** The value of a variable: taken as it is, except that a connection string may hold <code>${…}</code>. */
        VARIABLE,
        /** In the program. */
        CODE,
        /** Taken out of a connection string: decoded and expanded already. */
        DECODED
    }

    /** The text after substitution, where this kind has any. */
    String expanded(Substitution substitution) {
        return kind == Kind.FILE ? substitution.expand(text, Syntax.COMPOSE) : text;
    }

    /** Without the text: it may be a secret. */
    @Override
    public String toString() {
        return path + " (" + origin + ")";
    }
}
