package dev.penstock.tls.example;

// begin plain-jdbc
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsAttempt;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsFailure;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Verified TLS and a password file for plain JDBC: needs penstock-tls and pgjdbc on the class path, nothing else. */
public final class PlainJdbc {
    private PlainJdbc() {}

    public static void main(String[] args) throws SQLException {
        String host = args[0];
        String port = args[1];
        TlsConfig config = TlsConfig.verifyFull(Path.of(args[2]));
        PasswordSource password = PasswordSource.file(Path.of(args[3])).orEnv("APP_PASSWORD");

        try (TlsContext tls = TlsContext.open(config);
                TlsAttempt attempt = tls.attempt(host)) {
            Properties properties = new Properties();
            properties.setProperty("user", "appuser");
            properties.setProperty("password", password.resolve().reveal());
            properties.putAll(attempt.driverProperties());

            try (Connection connection =
                    DriverManager.getConnection("jdbc:postgresql://" + host + ":" + port + "/appdb", properties)) {
                System.out.println(attempt.facts().orElseThrow().protocol() + " with "
                        + attempt.facts().orElseThrow().peer().subject());
            } catch (SQLException refused) {
                System.out.println(
                        attempt.failure(refused).map(TlsFailure::summary).orElse(refused.getMessage()));
            }
        }
    }
}
// end plain-jdbc
