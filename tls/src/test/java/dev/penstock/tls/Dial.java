package dev.penstock.tls;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/** One connect through pgjdbc under a configuration, and everything that is to be known of it. */
record Dial(SQLException error, Optional<TlsFacts> facts, Optional<TlsFailure> failure, Optional<TlsFailure> proof) {
    static Dial to(String url, String host, TlsConfig config) {
        try (TlsContext context = TlsContext.open(config)) {
            return to(url, host, context);
        }
    }

    static Dial to(String url, String host, TlsContext context) {
        return to(url, host, context, new Properties());
    }

    static Dial to(String url, String host, TlsContext context, Properties extra) {
        try (TlsAttempt attempt = context.attempt(host)) {
            Properties properties = new Properties();
            properties.setProperty("user", "app");
            properties.setProperty("password", "app");
            properties.setProperty("connectTimeout", "10");
            properties.setProperty("socketTimeout", "10");
            properties.setProperty("preferQueryMode", "simple");
            properties.putAll(extra);
            properties.putAll(attempt.driverProperties());
            try (Connection connection = new Driver().connect(url, properties)) {
                return new Dial(null, attempt.facts(), Optional.empty(), attempt.proof());
            } catch (SQLException refused) {
                return new Dial(refused, attempt.facts(), attempt.failure(refused), Optional.empty());
            }
        }
    }

    /** {@code TLS}, {@code plain}, or the code of the refusal: what truth tables compare. */
    String outcome() {
        if (error == null) {
            return facts.isPresent() ? "TLS" : "plain";
        }
        return failure.map(known -> known.reason().name()).orElse("refused " + error.getSQLState());
    }
}
