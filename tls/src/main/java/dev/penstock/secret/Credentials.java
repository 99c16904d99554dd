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
    /** @throws IllegalArgumentException when the user holds a NUL, behind which the server would read another parameter */
    public Credentials {
        Objects.requireNonNull(password, "password");
        if (user != null && user.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the user has a NUL");
        }
    }

    /** Whether user and password are the same; use this instead of {@code equals}, which compares secrets by identity. */
    public boolean sameAs(Credentials other) {
        return Objects.equals(user, other.user) && password.sameAs(other.password);
    }
}
