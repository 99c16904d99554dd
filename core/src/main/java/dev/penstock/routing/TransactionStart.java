package dev.penstock.routing;

import dev.penstock.config.Isolation;
import dev.penstock.connect.NodeConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
            followTimeout(connection, statement, parameters);
        }
    }

    /** A statement deadline of the transaction's own is the socket's as well; its name has no case at the server. */
    private static void followTimeout(
            Connection connection, PreparedStatement statement, Map<String, String> parameters) throws SQLException {
        int column = 0;
        int last = 0;
        for (String name : parameters.keySet()) {
            column++;
            last = name.equalsIgnoreCase("statement_timeout") ? column : last;
        }
        if (last > 0) {
            connection.unwrap(NodeConnection.class).followStatementTimeout(millis(said(statement, last)));
        }
    }

    /** What {@code set_config} answered. */
    private static String said(PreparedStatement statement, int column) throws SQLException {
        while (statement.getUpdateCount() >= 0) {
            statement.getMoreResults();
        }
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            return row.getString(column);
        }
    }

    /** As the server shows a duration: a whole number with the largest unit that it has one of, or 0. */
    static long millis(String shown) {
        String unit = shown.replaceAll("[0-9]", "");
        long number = Long.parseLong(shown.substring(0, shown.length() - unit.length()));
        return switch (unit) {
            case "s" -> TimeUnit.SECONDS.toMillis(number);
            case "min" -> TimeUnit.MINUTES.toMillis(number);
            case "h" -> TimeUnit.HOURS.toMillis(number);
            case "d" -> TimeUnit.DAYS.toMillis(number);
            default -> number;
        };
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
