package dev.penstock.config;

/**
 * One mistake in a configuration. Immutable.
 *
 * @param path the component, as written in the configuration: {@code database.pool_size} in a file, {@code pool_size}
 *     for a variable, {@code url.pool_size} for a parameter of a connection string, {@code pool.size} for the builder
 * @param code a stable upper-case name of the rule, for programs
 * @param value the rejected value, or {@code ***} where it may be a secret, or empty when there is none
 * @param message the rule that was broken, completing the sentence "<em>path</em> …"
 * @param origin where the value was written: {@code config.yaml:12}, the name of a variable, {@value #IN_CODE}
 * @param remedy what to do about it; never empty
 */
public record Violation(String path, String code, String value, String message, String origin, String remedy) {
    /** The origin of a value that a program set by calling the builder. */
    public static final String IN_CODE = "builder";

    /** A mistake whose place the caller fills in with {@link #at}. */
    static Violation of(String code, String value, String message, String remedy) {
        return new Violation("", code, value, message, IN_CODE, remedy);
    }

    /** The same mistake seen from the record that encloses this one. */
    Violation under(String prefix) {
        String joined = path.isEmpty() || prefix.isEmpty() ? prefix + path : prefix + "." + path;
        return new Violation(joined, code, value, message, origin, remedy);
    }

    /** The same mistake below {@code prefix}, written at {@code place}. */
    Violation at(String prefix, String place) {
        Violation moved = under(prefix);
        return new Violation(moved.path, code, value, message, place, remedy);
    }

    /** One line: path, rule, value, origin, remedy. */
    @Override
    public String toString() {
        String shown = value.isEmpty() ? "" : ", was '" + value + "'";
        return path + " " + message + shown + " (" + origin + "). " + remedy;
    }
}
