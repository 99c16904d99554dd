package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.ErrorDetail;
import dev.penstock.config.Login;
import dev.penstock.config.Pooler;
import dev.penstock.observe.DriverSettings;
import dev.penstock.tls.AuthMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

    /** What a session that writes is opened with, for people; the password is masked. */
    DriverSettings describe() {
        Properties p = forPurpose(Purpose.WRITE, config.timeouts().connect());
        p.remove("socketFactory");
        Login login = config.login(config.primary());
        p.setProperty("requireAuth", AuthMethod.list(config.requireAuth(config.primary(), login)));
        Map<String, String> shown = new TreeMap<>();
        p.stringPropertyNames().forEach(name -> shown.put(name, p.getProperty(name)));
        shown.put("user", login.user());
        shown.put("password", "***");
        shown.put("sslmode", config.tls().mode().libpqName());
        return new DriverSettings(jdbcUrl(config.primary()), shown);
    }

    /** Everything but user, password, what proves a login, and TLS. {@code whole} bounds each wait of the attempt itself. */
    Properties forPurpose(Purpose purpose, Duration whole) {
        Properties p = new Properties();
        if (purpose != Purpose.MONITOR) {
            // What is set below wins: a configuration that names one of those is refused.
            config.driverProperties().forEach(p::setProperty);
        }
        p.setProperty("ApplicationName", config.applicationName());
        // Lets the driver send the application name with the startup packet: no extra round trip.
        p.setProperty("assumeMinServerVersion", "14");
        if (config.session().pooler() == Pooler.TRANSACTION) {
            // The next statement may run in a session that never saw it prepared.
            p.setProperty("prepareThreshold", "0");
        } else {
            p.setProperty("options", startupOptions(purpose));
        }
        p.setProperty("connectTimeout", seconds(whole));
        p.setProperty("sslResponseTimeout", String.valueOf(whole.toMillis()));
        p.setProperty("socketTimeout", socketTimeout(purpose, whole));
        String searchPath = config.session().searchPath();
        if (searchPath != null) {
            p.setProperty("currentSchema", searchPath);
        }
        // The whole attempt is bounded by its socket (ConnectAttempt); the driver's own bound would leave a thread
        // behind.
        p.setProperty("loginTimeout", "0");
        p.setProperty("socketFactory", AttemptSocketFactory.class.getName());
        p.setProperty("cancelSignalTimeout", "1");
        p.setProperty("tcpKeepAlive", "true");
        p.setProperty("gssEncMode", "disable");
        p.setProperty("logServerErrorDetail", String.valueOf(config.errorDetail() == ErrorDetail.FULL));
        return p;
    }

    /** Settings ride in the startup packet: a session costs no round trip more than a plain one. */
    private String startupOptions(Purpose purpose) {
        List<String> options = new ArrayList<>();
        options.add(config.session().startupOptions());
        if (purpose.isReadOnly()) {
            // Holds in autocommit too, where the driver's setReadOnly is not enforced.
            options.add("-c default_transaction_read_only=on");
        }
        if (purpose.hasStatementDeadline()) {
            options.add("-c statement_timeout=" + config.timeouts().statement().toMillis());
        }
        String owner = config.roles().ownerUser();
        if (purpose == Purpose.MIGRATION && owner != null) {
            options.add("-c role=" + owner.replace("\\", "\\\\").replace(" ", "\\ "));
        }
        return options.stream().filter(option -> !option.isEmpty()).collect(Collectors.joining(" "));
    }

    /** Seconds; 0 waits for ever. Without a statement deadline the monitor ends the session when its node is gone. */
    private String socketTimeout(Purpose purpose, Duration whole) {
        if (purpose == Purpose.MONITOR) {
            return seconds(whole);
        }
        return purpose.hasStatementDeadline() ? seconds(config.timeouts().socket()) : "0";
    }

    /** pgjdbc counts in whole seconds, and zero means for ever. */
    private static String seconds(Duration duration) {
        return String.valueOf(Math.max(1, (duration.toMillis() + 999) / 1000));
    }
}
