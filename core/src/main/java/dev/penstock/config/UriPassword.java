package dev.penstock.config;

import dev.penstock.config.Substitution.Syntax;
import dev.penstock.secret.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A password in a connection string: the variable it consists of, or its value.
 *
 * @param variable the name when the component is exactly one <code>${X}</code>, so that {@code X_FILE} and rotation
 *     work as for any variable; else {@code null}
 * @param value the value otherwise
 * @param literal whether the value was written in a file or program
 */
record UriPassword(@Nullable String variable, @Nullable Secret value, boolean literal) {

    static @Nullable String variableIn(String component, Syntax syntax) {
        return Substitution.soleVariable(component, syntax);
    }

    static UriPassword ofVariable(String name) {
        return new UriPassword(name, null, false);
    }

    static UriPassword ofValue(String value, boolean literal) {
        return new UriPassword(null, Secret.of(value), literal);
    }
}
