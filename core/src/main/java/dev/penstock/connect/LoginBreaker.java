package dev.penstock.connect;

import dev.penstock.secret.Credentials;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds logins back while a server refuses the password: the first refusal is told to everyone at once, and the server is
 * asked again after 1 s, 2 s, 4 s, 8 s and then every 15 s. Another password from the source is tried at once. Keeps a wrong
 * secret from hammering the server and from locking the account.
 *
 * <p>Concurrency: every method is synchronized; nothing is waited for inside.
 */
final class LoginBreaker {
    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(15).toNanos();

    private final LongSupplier nanoClock;
    private @Nullable SQLException refusal;
    private @Nullable Credentials refused;
    private long pauseNanos;
    private long openUntil;

    LoginBreaker(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** The refusal to repeat instead of asking the server again with these; null when it is time to ask. */
    synchronized @Nullable SQLException holdsBack(Credentials credentials) {
        Credentials last = refused;
        if (last == null || !last.sameAs(credentials)) {
            return null;
        }
        if (nanoClock.getAsLong() - openUntil >= 0) {
            // One caller asks; the others go on hearing the last answer until it is known.
            openUntil = nanoClock.getAsLong() + pauseNanos;
            return null;
        }
        return refusal;
    }

    synchronized void refused(Credentials credentials, SQLException answer) {
        boolean again = refused != null && refused.sameAs(credentials);
        pauseNanos = again ? Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2) : FIRST_PAUSE_NANOS;
        openUntil = nanoClock.getAsLong() + pauseNanos;
        refused = credentials;
        refusal = answer;
    }

    synchronized void accepted() {
        refused = null;
        refusal = null;
    }
}
