package dev.penstock.observe;

import dev.penstock.tls.ServerText;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A physical connection could not be opened. Says which node, what happened and what to do, and keeps the SQLSTATE. The driver's exception is its
 * cause as far as it says more; what a handshake wraps around a refusal of ours says the same again, and is left out. Holds no secret.
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
        return with(String.valueOf(getMessage()));
    }

    /**
     * The same failure as the cause of an exception whose message tells it already: its own message is the node and the code, so that a stack trace
     * tells it once.
     */
    public ConnectFailedException inBrief() {
        return with(node + ": " + code);
    }

    private ConnectFailedException with(String message) {
        return new ConnectFailedException(message, getSQLState(), getCause(), node, code, remedy);
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
