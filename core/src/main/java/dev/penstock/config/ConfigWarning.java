package dev.penstock.config;

/**
 * Something in a valid configuration that an operator should know. Immutable; holds no secret.
 *
 * @param path the component, as written in the configuration
 * @param code a stable upper-case name of the rule, for programs
 * @param message what is odd, completing the sentence "<em>path</em> …"
 * @param origin where the value was written
 * @param remedy how to make the warning go away; never empty
 */
public record ConfigWarning(String path, String code, String message, String origin, String remedy) {
    /** One line: path, message, origin, remedy. */
    @Override
    public String toString() {
        return path + " " + message + " (" + origin + "). " + remedy;
    }
}
