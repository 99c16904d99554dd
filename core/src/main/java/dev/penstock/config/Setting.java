package dev.penstock.config;

import dev.penstock.violation.Violation;

/**
 * The value that counts for one key, after precedence and substitution, still as text.
 *
 * @param key which one
 * @param text the value
 * @param shown what a message may show of it: the expression rather than its value, {@code ***} for a secret
 * @param path where it is, in the words of the file
 * @param origin where it was written
 */
record Setting(Key key, String text, String shown, String path, String origin) {
    boolean isDefault() {
        return origin.equals(Scalar.DEFAULT);
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
