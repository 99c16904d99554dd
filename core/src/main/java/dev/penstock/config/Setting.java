package dev.penstock.config;

import dev.penstock.config.Substitution.Syntax;
import dev.penstock.violation.Violation;
import java.util.regex.Pattern;

/**
 * One value as it was written, with the place where it was.
 *
 * @param key which one
 * @param text as written, or after substitution
 * @param shown what a message may show of it: the expression rather than its value, {@code ***} where a secret may stand
 * @param path what the place is called: {@code database.pool_size}, {@code pool_size}, {@code url.pool_size}
 * @param origin {@code config.yaml:12}, the name of a variable, {@code builder} or {@code default}
 * @param kind how the text is to be read
 */
record Setting(Key key, String text, String shown, String path, String origin, Kind kind) {
    /** The origin of a value nobody wrote. */
    static final String DEFAULT = "default";

    /** Longer texts are judged by the substitution, whatever is in them. */
    private static final int LONG = 1024;

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_.,:/ ${}?+-]{0,80}");

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

    static Setting of(Key key, String text, String path, String origin, Kind kind) {
        String shown = key.isSecret() || !HARMLESS.matcher(text).matches() ? "***" : text;
        return new Setting(key, text, shown, path, origin, kind);
    }

    /** The same with another text, of which messages show what they showed before. */
    Setting with(String other) {
        return new Setting(key, other, shown, path, origin, kind);
    }

    /** The text after substitution, where this kind has any. */
    String expanded(Substitution substitution) {
        boolean plain = text.indexOf('$') < 0 && text.length() <= LONG;
        return kind == Kind.FILE && !plain ? substitution.expand(text, Syntax.COMPOSE) : text;
    }

    Violation violation(String code, String message, String remedy) {
        return new Violation(path, code, shown, message, origin, remedy);
    }

    ConfigWarning warning(String code, String message, String remedy) {
        return new ConfigWarning(path, code, message, origin, remedy);
    }

    /** Without the text: it may be a secret. */
    @Override
    public String toString() {
        return path + " (" + origin + ")";
    }
}
