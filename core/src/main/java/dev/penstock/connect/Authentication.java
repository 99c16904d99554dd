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

    /** What each role last got in with. */
    private final Map<Login, Credentials> lastAccepted = new ConcurrentHashMap<>();

    /** The logins whose accepted password is easily guessed. */
    private final Map<Login, WeakPassword> weak = new ConcurrentHashMap<>();

    private final LoginListener listener;
    private volatile Runnable weighed = () -> {};

    private record Door(Node node, Login login) {}

    Authentication(Identity identity, LoginListener listener) {
        this.identity = identity;
        this.listener = listener;
    }

    /** Returns the logins that a server has let in with a password that is easily guessed, each as it was the last time. */
    Map<Login, WeakPassword> weakPasswords() {
        return Map.copyOf(weak);
    }

    /** Calls {@code heard}, on the thread that logged in, when one of them comes or goes. */
    void onWeighed(Runnable heard) {
        weighed = heard;
    }

    private void weigh(Login login, Credentials credentials) {
        String given = credentials.user();
        WeakPassword now = WeakPassword.of(given == null ? login.user() : given, credentials.password())
                .orElse(null);
        WeakPassword before = now == null ? weak.remove(login) : weak.put(login, now);
        if (now != before) {
            weighed.run();
        }
    }

    /** Connects to the server with the credentials given. */
    @FunctionalInterface
    interface Dial {
        Connection with(Credentials credentials) throws SQLException;
    }

    Connection to(Node node, Login login, Dial dial) throws SQLException {
        Door door = new Door(node, login);
        LoginBreaker breaker = breakers.computeIfAbsent(door, d -> new LoginBreaker(System::nanoTime));
        Credentials current = identity.passwordOf(login).current();
        SQLException refusal = breaker.holdsBack(current);
        if (refusal != null) {
            // Callers get an exception of their own, of which this is the cause.
            throw refusal;
        }
        try {
            return accepted(door, breaker, current, dial.with(current));
        } catch (SQLException e) {
            if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                throw e;
            }
            return tryAlternatives(door, breaker, new Refused(current, e), dial);
        }
    }

    private record Refused(Credentials credentials, SQLException answer) {}

    private Connection tryAlternatives(Door door, LoginBreaker breaker, Refused refused, Dial dial)
            throws SQLException {
        listener.refused(door.node(), door.login().user());
        RotatingPassword password = identity.passwordOf(door.login());
        for (Credentials other : password.alternativesTo(refused.credentials())) {
            try {
                return accepted(door, breaker, other, dial.with(other));
            } catch (SQLException e) {
                if (!WRONG_PASSWORD.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
        breaker.refused(password.current(), refused.answer());
        throw refused.answer();
    }

    private Connection accepted(Door door, LoginBreaker breaker, Credentials credentials, Connection connection) {
        identity.passwordOf(door.login()).accepted(credentials);
        breaker.accepted();
        weigh(door.login(), credentials);
        Credentials before = lastAccepted.put(door.login(), credentials);
        if (before != null && !before.sameAs(credentials)) {
            String given = credentials.user();
            listener.rotated(given == null ? door.login().user() : given);
        }
        return connection;
    }
}
