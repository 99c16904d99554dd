package dev.penstock.connect;

import dev.penstock.secret.Credentials;
import dev.penstock.secret.RotatingPassword;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs in with the password as it is now, through its rotation: when the server refuses it, the source is read again and
 * the last password that worked is tried once, so that it does not matter whether the secret or the server changes first.
 * Thread-safe.
 */
final class Login {
    private static final String WRONG_PASSWORD = "28P01";

    private final RotatingPassword passwords;
    /** One for each node: a password that was just changed on the primary reaches its replicas a moment later. */
    private final Map<Node, LoginBreaker> breakers = new ConcurrentHashMap<>();

    Login(RotatingPassword passwords) {
        this.passwords = passwords;
    }

    /** Connects to the server with the credentials given. */
    @FunctionalInterface
    interface Dial {
        Connection with(Credentials credentials) throws SQLException;
    }

    Connection to(Node node, Dial dial) throws SQLException {
        LoginBreaker breaker = breakers.computeIfAbsent(node, n -> new LoginBreaker(System::nanoTime));
        Credentials current = passwords.current();
        SQLException refusal = breaker.holdsBack(current);
        if (refusal != null) {
            // A new one for each caller: the Diagnosis around it is theirs, and its cause must not gather what they
            // suppress.
            throw new SQLException(refusal.getMessage(), refusal.getSQLState(), refusal);
        }
        try {
            return accepted(breaker, current, dial.with(current));
        } catch (SQLException e) {
            if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                throw e;
            }
            return tryAlternatives(breaker, current, dial, e);
        }
    }

    private Connection tryAlternatives(LoginBreaker breaker, Credentials tried, Dial dial, SQLException refusal)
            throws SQLException {
        for (Credentials other : passwords.alternativesTo(tried)) {
            try {
                return accepted(breaker, other, dial.with(other));
            } catch (SQLException e) {
                if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                    throw e;
                }
                refusal.addSuppressed(e);
            }
        }
        breaker.refused(passwords.current(), refusal);
        throw refusal;
    }

    private Connection accepted(LoginBreaker breaker, Credentials credentials, Connection connection) {
        passwords.accepted(credentials);
        breaker.accepted();
        return connection;
    }
}
