package dev.penstock.binding;

import dev.penstock.config.DatabaseConfig;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session begins with as far as the configuration says: what a connection answers that has none yet. A default that was
 * changed at the server ({@code ALTER ROLE … SET}) is not known here. Immutable.
 *
 * @param isolation a constant of {@link Connection}
 * @param schema the schema; null when only the server knows it
 * @param applicationName what {@code pg_stat_activity} shows
 * @param networkTimeout milliseconds, as the driver counts it: in whole seconds
 */
public record SessionDefaults(int isolation, @Nullable String schema, String applicationName, int networkTimeout) {
    private static final Map<String, Integer> LEVELS = Map.of(
            "serializable", Connection.TRANSACTION_SERIALIZABLE,
            "repeatable read", Connection.TRANSACTION_REPEATABLE_READ,
            "read committed", Connection.TRANSACTION_READ_COMMITTED,
            "read uncommitted", Connection.TRANSACTION_READ_UNCOMMITTED);

    public static SessionDefaults of(DatabaseConfig config) {
        return new SessionDefaults(
                isolation(config.session().settings()),
                oneSchema(config.session().schemas()),
                config.applicationName(),
                wholeSeconds(config.timeouts().socket()));
    }

    /** PostgreSQL's own default when nothing, or nothing it knows, is configured. */
    private static int isolation(Map<String, String> settings) {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (setting.getKey().equalsIgnoreCase("default_transaction_isolation")) {
                String level = setting.getValue().toLowerCase(Locale.ROOT);
                return LEVELS.getOrDefault(level, Connection.TRANSACTION_READ_COMMITTED);
            }
        }
        return Connection.TRANSACTION_READ_COMMITTED;
    }

    /** Of several, or of the one that is called like the user, the server has to say which one is current. */
    private static @Nullable String oneSchema(List<String> schemas) {
        return schemas.size() == 1 && !schemas.get(0).equals("$user") ? schemas.get(0) : null;
    }

    private static int wholeSeconds(Duration duration) {
        return (int) ((duration.toMillis() + 999) / 1000 * 1000);
    }
}
