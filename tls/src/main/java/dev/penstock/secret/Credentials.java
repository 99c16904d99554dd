package dev.penstock.secret;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a login needs: a password, and the user it belongs to when the source changes both.
 *
 * @param user the role to log in as; {@code null} when the configured user stays (all sources but a provider)
 * @param password the password of that role
 */
public record Credentials(@Nullable String user, Secret password) {
    public Credentials {
        Objects.requireNonNull(password, "password");
    }

    /** Whether user and password are the same; use this instead of {@code equals}, which compares secrets by identity. */
    public boolean sameAs(Credentials other) {
        return Objects.equals(user, other.user) && password.sameAs(other.password);
    }
}
