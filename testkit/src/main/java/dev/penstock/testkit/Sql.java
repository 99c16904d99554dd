package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** SQL in, texts out, as {@code psql -At} does it. */
final class Sql {
    private Sql() {}

    /** Runs one or more statements; the rows of the last one that has any say, NULL as an empty text. */
    static List<List<String>> run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            List<List<String>> last = List.of();
            while (rows || statement.getUpdateCount() >= 0) {
                last = rows ? rows(statement.getResultSet()) : List.of();
                rows = statement.getMoreResults();
            }
            return last;
        }
    }

    private static List<List<String>> rows(ResultSet result) throws SQLException {
        int columns = result.getMetaData().getColumnCount();
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (int column = 1; column <= columns; column++) {
                String value = result.getString(column);
                row.add(value == null ? "" : value);
            }
            rows.add(List.copyOf(row));
        }
        return List.copyOf(rows);
    }

    /** Asks a yes-or-no question. */
    static boolean isTrue(Statement statement, String question) {
        try (ResultSet result = statement.executeQuery(question)) {
            return result.next() && result.getBoolean(1);
        } catch (SQLException e) {
            throw new PostgresClusterException("cannot ask \"" + question + "\": " + e.getMessage(), e);
        }
    }
}
