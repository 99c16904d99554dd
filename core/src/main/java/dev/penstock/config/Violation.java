package dev.penstock.config;

/**
 * One mistake in a configuration. Immutable.
 *
 * @param path the component, as written in the configuration: {@code pool.size}, {@code replicas[1]}
 * @param code a stable upper-case name of the rule, for programs
 * @param value the rejected value, or {@code ***} where it may be a secret, or empty when there is none
 * @param message the rule that was broken, completing the sentence "<em>path</em> …"
 * @param origin where the value was written; {@value #IN_CODE} for the builder
 * @param remedy what to do about it; never empty
 */
public record Violation(String path, String code, String value, String message, String origin, String remedy) {
    /** The origin of a value that a program set by calling the builder. */
    public static final String IN_CODE = "builder";

    /** The same mistake seen from the record that encloses this one. */
    Violation under(String prefix) {
        String joined = path.isEmpty() ? prefix : prefix + "." + path;
        return new Violation(joined, code, value, message, origin, remedy);
    }

    /** One line: path, rule, value, origin, remedy. */
    @Override
    public String toString() {
        String shown = value.isEmpty() ? "" : ", was '" + value + "'";
        return path + " " + message + shown + " (" + origin + "). " + remedy;
    }
}
