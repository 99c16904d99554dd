package dev.penstock.observe;

import dev.penstock.tls.ServerText;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A physical connection could not be opened. Keeps the SQLSTATE and the driver's exception as its cause; says which
 * node, what happened and what to do. Holds no secret.
 */
public final class ConnectFailedException extends SQLException {
    private static final long serialVersionUID = 1L;

    private final String node;
    private final String code;
    private final String remedy;

    public ConnectFailedException(
            String node, String code, String what, String remedy, String sqlState, @Nullable Throwable cause) {
        this(
                node + ": " + ServerText.inOneLine(what) + " [" + code + "]." + (remedy.isEmpty() ? "" : " " + remedy),
                sqlState,
                cause,
                node,
                code,
                remedy);
    }

    private ConnectFailedException(
            String message,
            @Nullable String sqlState,
            @Nullable Throwable cause,
            String node,
            String code,
            String remedy) {
        super(message, sqlState, cause);
        this.node = node;
        this.code = code;
        this.remedy = remedy;
    }

    /** The same failure for another caller: exceptions gather suppressed ones, so no two callers may share one. */
    public ConnectFailedException again() {
        return new ConnectFailedException(String.valueOf(getMessage()), getSQLState(), this, node, code, remedy);
    }

    /** The node that was dialled, with its host and port. */
    public String node() {
        return node;
    }

    /** A stable upper-case name of what happened, for programs; listed in docs/errors.md. */
    public String code() {
        return code;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
