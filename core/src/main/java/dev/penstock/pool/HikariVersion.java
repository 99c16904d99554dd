package dev.penstock.pool;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The HikariCP that runs, which need not be the one we were built with: frameworks manage their own version. */
public final class HikariVersion {
    private static final String WRITTEN_BY_ITS_BUILD = "/META-INF/maven/com.zaxxer/HikariCP/pom.properties";

    private HikariVersion() {}

    /** {@code unknown} when it does not tell, as when it was put into another jar. */
    public static String running() {
        Properties properties = new Properties();
        try (InputStream in = HikariDataSource.class.getResourceAsStream(WRITTEN_BY_ITS_BUILD)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            PoolLog.LOG.debug("HikariCP does not tell its version", e);
        }
        return properties.getProperty("version", "unknown");
    }
}
