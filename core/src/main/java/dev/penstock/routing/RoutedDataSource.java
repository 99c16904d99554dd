package dev.penstock.routing;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A view of the database for libraries that take a {@code DataSource}: the node is chosen anew at each
 * {@code getConnection()}. Hands out the pool's own connection, with nothing around it. Thread-safe.
 */
public final class RoutedDataSource implements DataSource {
    /** Where a connection comes from. */
    @FunctionalInterface
    public interface Source {
        Connection borrow() throws SQLException;
    }

    private final String name;
    private final Source source;

    public RoutedDataSource(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return source.borrow();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("A database has one role; open a second one for another", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (isWrapperFor(type)) {
            return type.cast(this);
        }
        // Answering with one of the pools behind would pass one node's numbers off as the whole.
        throw new SQLException(
                "This " + name + " data source routes over several pools; it is no " + type.getName(), "22023");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("Penstock logs through SLF4J", "0A000");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("The deadline is pool.timeout of the configuration", "0A000");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Penstock logs through SLF4J", "0A000");
    }

    @Override
    public String toString() {
        return "Penstock " + name;
    }
}
