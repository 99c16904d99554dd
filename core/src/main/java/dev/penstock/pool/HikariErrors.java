package dev.penstock.pool;

import com.zaxxer.hikari.pool.HikariPool;
import java.sql.SQLException;

/** What Hikari throws by itself has no SQLSTATE: it is told again here with one. */
public final class HikariErrors {
    private static final String PACKAGE = HikariPool.class.getPackageName();

    private HikariErrors() {}

    /**
     * The same exception, unless Hikari made it and left the SQLSTATE out: an interrupted wait is 08001 then, and the use of a connection that
     * Hikari has closed is 08003, whoever closed it: its borrower, {@code close} of the database, or an error that ended its session. What a
     * closure throws itself, and what the driver throws, is never changed.
     */
    public static SQLException withState(SQLException error) {
        if (error.getSQLState() != null || !isOfHikari(error)) {
            return error;
        }
        if (error.getCause() instanceof InterruptedException interrupted) {
            return new SQLException("Interrupted while waiting for a connection", "08001", interrupted);
        }
        return new SQLException("This connection is closed", "08003", error);
    }

    private static boolean isOfHikari(SQLException error) {
        StackTraceElement[] thrown = error.getStackTrace();
        return thrown.length > 0 && thrown[0].getClassName().startsWith(PACKAGE);
    }
}
