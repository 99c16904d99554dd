package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;

/**
 * What pgjdbc is told, and nothing it could be told otherwise: the URL holds host, port and database alone, because its
 * parameters would win over these properties; everything ambient that the driver would read is set.
 */
final class DriverProperties {
    private final DatabaseConfig config;

    DriverProperties(DatabaseConfig config) {
        this.config = config;
    }

    String jdbcUrl(Endpoint endpoint) {
        String database =
                URLEncoder.encode(config.database(), StandardCharsets.UTF_8).replace("+", "%20");
        return "jdbc:postgresql://" + endpoint + "/" + database;
    }

    /** Everything but user, password and TLS. {@code whole} bounds each wait of the attempt itself. */
    Properties forPurpose(Purpose purpose, Duration whole) {
        Properties p = new Properties();
        p.setProperty("ApplicationName", config.applicationName());
        // Lets the driver send the application name with the startup packet: no extra round trip.
        p.setProperty("assumeMinServerVersion", "14");
        p.setProperty("options", startupOptions(purpose));
        p.setProperty("connectTimeout", seconds(whole));
        p.setProperty("sslResponseTimeout", String.valueOf(whole.toMillis()));
        p.setProperty("socketTimeout", seconds(socketTimeout(purpose, whole)));
        // The whole attempt is bounded by its socket (ConnectAttempt); the driver's own bound would leave a thread
        // behind.
        p.setProperty("loginTimeout", "0");
        p.setProperty("socketFactory", AttemptSocketFactory.class.getName());
        p.setProperty("tcpKeepAlive", "true");
        p.setProperty("gssEncMode", "disable");
        // Details of server errors carry row values.
        p.setProperty("logServerErrorDetail", "false");
        return p;
    }

    private String startupOptions(Purpose purpose) {
        StringBuilder options = new StringBuilder();
        if (purpose.isReadOnly()) {
            // Holds in autocommit too, where the driver's setReadOnly is not enforced.
            options.append("-c default_transaction_read_only=on ");
        }
        return options.append("-c statement_timeout=")
                .append(config.timeouts().statement().toMillis())
                .toString();
    }

    private Duration socketTimeout(Purpose purpose, Duration whole) {
        return purpose == Purpose.MONITOR ? whole : config.timeouts().socket();
    }

    /** pgjdbc counts in whole seconds, and zero means for ever. */
    private static String seconds(Duration duration) {
        return String.valueOf(Math.max(1, (duration.toMillis() + 999) / 1000));
    }
}
