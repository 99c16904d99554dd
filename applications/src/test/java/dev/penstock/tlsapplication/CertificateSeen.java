package dev.penstock.tlsapplication;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Spring Boot with a pool of its own. Says the serial number of the client certificate that the server saw, renews the files while the pool
 * runs, and says the next one. Outside of the package of the other applications, which look for beans in theirs.
 */
@ImportAutoConfiguration(DataSourceAutoConfiguration.class)
public class CertificateSeen {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** @param args {@code bean} or {@code constants}; the directory of tls.crt and tls.key, and of next.crt and next.key; options of Spring Boot */
    public static void main(String[] args) throws SQLException, IOException {
        SpringApplication application = args[0].equals("bean")
                ? new SpringApplication(CertificateSeen.class, TlsForThePool.class)
                : new SpringApplication(CertificateSeen.class);
        application.setDefaultProperties(
                Map.of("spring.main.banner-mode", "off", "spring.datasource.hikari.maximum-pool-size", "1"));
        try (ConfigurableApplicationContext context = application.run(Arrays.copyOfRange(args, 2, args.length))) {
            DataSource pool = context.getBean(DataSource.class);
            String first = seen(pool);
            System.out.println("serial " + first);
            for (String name : new String[] {"key", "crt"}) {
                Path directory = Path.of(args[1]);
                Files.move(
                        directory.resolve("next." + name),
                        directory.resolve("tls." + name),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            System.out.println("serial " + anotherThan(first, pool));
        }
    }

    /** The context hears of the change in a moment: each look is at a connection of its own. */
    private static String anotherThan(String first, DataSource pool) throws SQLException {
        long end = System.nanoTime() + LIMIT.toNanos();
        String seen = first;
        while (seen.equals(first) && System.nanoTime() < end) {
            pool.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
            seen = seen(pool);
        }
        return seen;
    }

    private static String seen(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select client_serial from pg_stat_ssl where pid = pg_backend_pid() and ssl")) {
            row.next();
            return row.getString(1);
        }
    }
}
