package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.routing.Rhythm;
import java.sql.SQLException;
import java.time.Duration;

/** Databases that look several times a second at what others look at every few seconds. */
public final class Hastened {
    private static final Duration SOON = Duration.ofMillis(500);

    private Hastened() {}

    /** With {@code listeners} that hear everything from the first moment. */
    public static Database open(DatabaseConfig config, DatabaseListener... listeners) throws SQLException {
        return Database.open(config, new Rhythm(SOON, Duration.ofSeconds(1), SOON), listeners);
    }
}
