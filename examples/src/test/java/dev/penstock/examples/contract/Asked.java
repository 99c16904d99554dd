package dev.penstock.examples.contract;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Questions to whatever server a connection leads to. */
final class Asked {
    private Asked() {}

    static boolean inRecovery(Connection connection) throws SQLException {
        return "t".equals(text(connection, "select pg_is_in_recovery()"));
    }

    /** The first column of the first row, or {@code null}. */
    static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Whether there was a result. */
    static boolean run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
