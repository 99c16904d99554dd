package dev.penstock.patroni;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

/** The application's sessions as a server numbers them. */
public final class Sessions {
    private Sessions() {}

    /** None when the server is gone. */
    public static Set<Long> on(PatroniNode node) {
        try (Connection connection = node.connect("postgres")) {
            return longs(connection, "select pid from pg_stat_activity where usename = '" + PatroniCluster.USER + "'");
        } catch (SQLException gone) {
            return Set.of();
        }
    }

    static Set<Long> longs(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            Set<Long> all = new HashSet<>();
            while (rows.next()) {
                all.add(rows.getLong(1));
            }
            return all;
        }
    }
}
