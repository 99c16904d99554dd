package dev.penstock.secret;

import java.util.List;
import java.util.Objects;

/**
 * The outcome of a look-up: the credentials, where they were found and what the operator should know about it.
 *
 * @param credentials the password, and its user when the source is a provider that changes both
 * @param place where it was found, such as {@code file /run/secrets/shop_db}; never a value
 * @param warnings sentences for the log, such as a variable that held a path; never a value
 */
public record ResolvedPassword(Credentials credentials, String place, List<String> warnings) {
    public ResolvedPassword {
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(place, "place");
        warnings = List.copyOf(warnings);
    }

    /** The password alone. */
    public Secret secret() {
        return credentials.password();
    }
}
