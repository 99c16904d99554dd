package dev.penstock.topology;

import dev.penstock.connect.ErrorClass;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;

/** What one look at a node came to. */
public enum Observation {
    /** It answered. */
    ANSWERED,
    /** The standing session has not answered in time; a fresh one is being tried. */
    SLOW,
    /** Neither a standing session nor a fresh one answered in time. */
    SILENT,
    /** It could not be reached, and said so at once: refused, reset, no such name. */
    UNREACHABLE,
    /** It is starting, stopping or recovering (57P03). */
    NOT_NOW,
    /** It is there and keeps us out: trust, password, configuration, or no slot left. Says nothing about its health. */
    BARRED;

    static Observation of(SQLException error) {
        ErrorClass kind = ErrorClass.of(error);
        if (kind == ErrorClass.NOT_NOW) {
            return NOT_NOW;
        }
        if (!kind.isNodeSignal()) {
            return BARRED;
        }
        return isSilence(error) ? SILENT : UNREACHABLE;
    }

    /** Whether nobody listens there: a server that restarts after a crash of one of its processes goes on listening. */
    static boolean isRefusal(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (t instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSilence(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (t instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }
}
