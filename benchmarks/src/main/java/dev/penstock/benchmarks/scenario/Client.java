package dev.penstock.benchmarks.scenario;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One way to reach the cluster, set up as a careful application would. Used by one thread. */
interface Client extends AutoCloseable {
    String name();

    /**
     * Inserts one row with this id; makes no second attempt of its own.
     *
     * @return the port of the server that took it
     */
    int write(long id) throws SQLException;

    @Override
    void close() throws SQLException;

    /** The row of {@code client}, with the port that the server itself reports. */
    static int insert(Connection connection, String client, long id) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("insert into app.written (client, id) values (?, ?) returning port")) {
            statement.setString(1, client);
            statement.setLong(2, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}
