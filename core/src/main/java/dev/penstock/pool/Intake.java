package dev.penstock.pool;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * All that Hikari holds of us: where its connections come from, and which errors end them. Thread-safe.
 *
 * <p>Hikari remembers in a thread-local what a thread has returned, and through that each thread that borrowed keeps the closed pool for as long as it
 * lives. The rest of the database is not kept with it, because this object lets go of everything when the pool has closed.
 */
final class Intake implements DataSource, SQLExceptionOverride {
    private volatile @Nullable PhysicalSource source;
    private volatile @Nullable EvictionRule evictions;

    Intake(PhysicalSource source, EvictionRule evictions) {
        this.source = source;
        this.evictions = evictions;
    }

    /** Hikari is closed and asks for nothing more. */
    void letGo() {
        source = null;
        evictions = null;
    }

    @java.lang.Override
    public Connection getConnection() throws SQLException {
        PhysicalSource behind = source;
        if (behind == null) {
            throw new SQLException("The pool is closed", "08003");
        }
        return behind.getConnection();
    }

    @java.lang.Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("A pool has one role", "0A000");
    }

    @java.lang.Override
    public Override adjudicate(SQLException error) {
        EvictionRule rule = evictions;
        return rule == null ? Override.CONTINUE_EVICT : rule.adjudicate(error);
    }

    /** What Hikari waits at shutdown for connects in progress, in seconds. */
    @java.lang.Override
    public int getLoginTimeout() {
        return 1;
    }

    @java.lang.Override
    public void setLoginTimeout(int seconds) {
        // Hikari sets it from its connection timeout; ours is the configured one.
    }

    @java.lang.Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @java.lang.Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("Penstock logs through SLF4J", "0A000");
    }

    @java.lang.Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Penstock logs through SLF4J", "0A000");
    }

    @java.lang.Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("Not a wrapper for " + type.getName(), "22023");
    }

    @java.lang.Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @java.lang.Override
    public String toString() {
        PhysicalSource behind = source;
        return behind == null ? "closed pool" : behind.toString();
    }
}
