package dev.penstock.routing;

import dev.penstock.config.Isolation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is sent before the first statement of a closure's transaction. */
final class TransactionStart {
    private TransactionStart() {}

    /**
     * Begins a transaction: with a level or with parameters, in one round trip that carries the BEGIN as well; without any
     * before the first statement otherwise.
     *
     * @param level for this transaction alone; null for the session's own
     */
    static void begin(Connection connection, @Nullable Isolation level, Map<String, String> parameters)
            throws SQLException {
        connection.setAutoCommit(false);
        String text = text(level, parameters.size());
        if (text.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            int place = 1;
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                statement.setString(place++, parameter.getKey());
                statement.setString(place++, parameter.getValue());
            }
            statement.execute();
        }
    }

    /** The level has to come before anything that takes a snapshot. */
    private static String text(@Nullable Isolation level, int parameters) {
        String first = level == null
                ? ""
                : "set transaction isolation level "
                        + level.name().replace('_', ' ').toLowerCase(Locale.ROOT) + ";";
        return parameters == 0
                ? first
                : first + "select " + String.join(", ", Collections.nCopies(parameters, "set_config(?, ?, true)"));
    }
}
