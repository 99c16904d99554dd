package dev.penstock.violation;

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

    /** Returns a mistake whose place the caller fills in with {@link #at}. */
    public static Violation of(String code, String value, String message, String remedy) {
        return new Violation("", code, value, message, IN_CODE, remedy);
    }

    /** Returns the same mistake below {@code prefix}, written at {@code place}. */
    public Violation at(String prefix, String place) {
        String joined = path.isEmpty() || prefix.isEmpty() ? prefix + path : prefix + "." + path;
        return new Violation(joined, code, value, message, place, remedy);
    }

    /** Prints one line: path, rule, value, origin, remedy. */
    @Override
    public String toString() {
        String shown = value.isEmpty() ? "" : ", was '" + value + "'";
        return path + " " + message + shown + " (" + origin + "). " + remedy;
    }
}
