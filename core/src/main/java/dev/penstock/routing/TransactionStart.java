package dev.penstock.routing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;

/** What is sent before the first statement of a closure's transaction. */
final class TransactionStart {
    private TransactionStart() {}

    /**
     * Begins a transaction; with parameters, in one round trip that carries the BEGIN as well, and without any before the
     * first statement otherwise.
     */
    static void begin(Connection connection, Map<String, String> parameters) throws SQLException {
        connection.setAutoCommit(false);
        if (parameters.isEmpty()) {
            return;
        }
        String calls = String.join(", ", Collections.nCopies(parameters.size(), "set_config(?, ?, true)"));
        try (PreparedStatement statement = connection.prepareStatement("select " + calls)) {
            int place = 1;
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                statement.setString(place++, parameter.getKey());
                statement.setString(place++, parameter.getValue());
            }
            statement.execute();
        }
    }
}
