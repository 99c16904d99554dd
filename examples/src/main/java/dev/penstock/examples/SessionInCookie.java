package dev.penstock.examples;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.penstock.Database;
import dev.penstock.Session;
import dev.penstock.config.SessionToken;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A user sees what he has just done, also when the next request comes to another process: the token travels in a cookie. Written for
 * the JDK's own HTTP server; a servlet filter does the same with its request and response.
 *
 * <p>The header has to go out with the response, which is sent within the chain: so the handler asks for it with {@link #remember}.
 */
public final class SessionInCookie extends Filter {
    private static final String COOKIE = "db-token";
    private static final String SESSION = "session";

    private final Database db;

    public SessionInCookie(Database db) {
        this.db = db;
    }

    // begin cookie
    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Session session = token(exchange).map(db::session).orElseGet(db::session);
        exchange.setAttribute(SESSION, session);
        // Everything that this thread does with the database, through whatever framework, is work of the session.
        session.run(() -> chain.doFilter(exchange));
    }

    /** To be called before the response is sent. */
    public static void remember(HttpExchange exchange) throws SQLException {
        Session session = (Session) exchange.getAttribute(SESSION);
        session.token().ifPresent(token -> exchange.getResponseHeaders().add("Set-Cookie", cookieOf(token)));
    }

    private static Optional<SessionToken> token(HttpExchange exchange) {
        try {
            return cookie(exchange).map(SessionToken::parse);
        } catch (IllegalArgumentException notOurs) {
            // A cookie may hold anything. Without a token the read is merely not promised to be fresh.
            return Optional.empty();
        }
    }
    // end cookie

    /** Replicas need it for as long as they take to catch up. */
    private static String cookieOf(SessionToken token) {
        return COOKIE + "=" + token.encode() + "; Path=/; Max-Age=30; HttpOnly; SameSite=Lax";
    }

    private static Optional<String> cookie(HttpExchange exchange) {
        return exchange.getRequestHeaders().getOrDefault("Cookie", List.of()).stream()
                .flatMap(header -> List.of(header.split("; *")).stream())
                .filter(cookie -> cookie.startsWith(COOKIE + "="))
                .map(cookie -> cookie.substring(COOKIE.length() + 1))
                .findFirst();
    }

    @Override
    public String description() {
        return "reads its own writes, by a cookie";
    }
}
