package dev.penstock.connect;

import dev.penstock.config.Login;
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
final class Authentication {
    private static final String WRONG_PASSWORD = "28P01";

    private final Identity identity;
    /** One for each node and role: a password just changed on the primary reaches its replicas a moment later. */
    private final Map<Door, LoginBreaker> breakers = new ConcurrentHashMap<>();

    private record Door(Node node, Login login) {}

    Authentication(Identity identity) {
        this.identity = identity;
    }

    /** Connects to the server with the credentials given. */
    @FunctionalInterface
    interface Dial {
        Connection with(Credentials credentials) throws SQLException;
    }

    Connection to(Node node, Login login, Dial dial) throws SQLException {
        LoginBreaker breaker = breakers.computeIfAbsent(new Door(node, login), d -> new LoginBreaker(System::nanoTime));
        RotatingPassword password = identity.passwordOf(login);
        Credentials current = password.current();
        SQLException refusal = breaker.holdsBack(current);
        if (refusal != null) {
            // A new one for each caller: exceptions gather what their holders suppress.
            throw new SQLException(refusal.getMessage(), refusal.getSQLState(), refusal);
        }
        try {
            Connection connection = dial.with(current);
            password.accepted(current);
            breaker.accepted();
            return connection;
        } catch (SQLException e) {
            if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                throw e;
            }
            return tryAlternatives(breaker, password, new Refused(current, e), dial);
        }
    }

    private record Refused(Credentials credentials, SQLException answer) {}

    private static Connection tryAlternatives(
            LoginBreaker breaker, RotatingPassword password, Refused refused, Dial dial) throws SQLException {
        for (Credentials other : password.alternativesTo(refused.credentials())) {
            try {
                Connection connection = dial.with(other);
                password.accepted(other);
                breaker.accepted();
                return connection;
            } catch (SQLException e) {
                if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                    throw e;
                }
                refused.answer().addSuppressed(e);
            }
        }
        breaker.refused(password.current(), refused.answer());
        throw refused.answer();
    }
}
