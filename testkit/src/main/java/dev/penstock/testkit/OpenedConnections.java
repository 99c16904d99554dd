package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;

/** Connections that a test may forget to close. */
final class OpenedConnections implements AutoCloseable {
    private final DataSource source;
    private final Queue<Connection> opened = new ConcurrentLinkedQueue<>();

    OpenedConnections(DataSource source) {
        this.source = source;
    }

    Connection open() throws SQLException {
        Connection connection = source.getConnection();
        opened.add(connection);
        return connection;
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection : opened) {
            connection.close();
        }
    }
}
