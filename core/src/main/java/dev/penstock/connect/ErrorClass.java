package dev.penstock.connect;

import dev.penstock.observe.ConnectFailedException;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsReason;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an error means for connections, nodes and retries: the one table, by cause, SQLSTATE and severity. TLS and
 * authentication come first, because their SQLSTATEs look like outages (08006, 08001, 08004).
 */
public enum ErrorClass {
    /** The trust between client and server failed. Never a reason to fail over. */
    TLS(false, false),
    /** The role or its password was refused (28xxx, 08004). Never a reason to fail over. */
    AUTHENTICATION(false, false),
    /** What was asked for does not exist or is not allowed (3D000; 42501 and 55000 at connect; what a pooler refuses). */
    CONFIGURATION(false, false),
    /** The connection is gone, or never came (08xxx, 57P01, 57P02, 58xxx with FATAL). */
    CONNECTION(true, true),
    /** The server is starting, stopping or recovering (57P03). */
    NOT_NOW(true, true),
    /** The server has no slot left (53300). It is saturated, not down. */
    SATURATED(false, true),
    /** A write reached a server that is not writable (25006): what we know of the roles is old. */
    READ_ONLY(true, false),
    /** A read on a replica lost against the replay of the primary's changes (40001 there). */
    CONFLICT(false, true),
    /** The session was ended by a server-side limit (25P03, 25P04, 57P05, 57P04). */
    SESSION_ENDED(false, false),
    /** Everything else is the statement's own error. */
    STATEMENT(false, false);

    /** While connecting these say that the database is closed to the role; later they are a statement's own errors. */
    private static final Set<String> NOT_LET_IN = Set.of("42501", "55000");

    private final boolean nodeSignal;
    private final boolean readMayMove;

    ErrorClass(boolean nodeSignal, boolean readMayMove) {
        this.nodeSignal = nodeSignal;
        this.readMayMove = readMayMove;
    }

    /** Whether the topology should look at the node at once. */
    public boolean isNodeSignal() {
        return nodeSignal;
    }

    /** Whether trying again will give the same answer until somebody mends something. */
    public boolean isFinal() {
        return this == TLS || this == AUTHENTICATION || this == CONFIGURATION;
    }

    /** Whether a read that nobody has seen a row of may run again on another node. */
    public boolean readMayMove() {
        return readMayMove;
    }

    /** The class of the first exception in the chain that says something. */
    public static ErrorClass of(SQLException error) {
        if (TlsFailure.of(error).filter(ErrorClass::isVerdict).isPresent()) {
            return TLS;
        }
        if (error instanceof ConnectFailedException failed && isNotLetIn(failed)) {
            return CONFIGURATION;
        }
        String state = error.getSQLState();
        ErrorClass own = state == null ? STATEMENT : ofState(state, error);
        if (own == STATEMENT && error.getCause() instanceof SQLException cause) {
            return of(cause);
        }
        return own;
    }

    /** What a pooler does not take, it will not take later either. */
    private static boolean isNotLetIn(ConnectFailedException failed) {
        return NOT_LET_IN.contains(String.valueOf(failed.getSQLState()))
                || failed.code().equals("POOLER");
    }

    /** A handshake that broke off without an alert says nothing about trust: the server was lost half way. */
    private static boolean isVerdict(TlsFailure failure) {
        return failure.reason() != TlsReason.TLS_HANDSHAKE;
    }

    private static ErrorClass ofState(String state, SQLException error) {
        return switch (state) {
            case "08004" -> AUTHENTICATION;
            case "57P01", "57P02" -> CONNECTION;
            case "57P03" -> NOT_NOW;
            case "57P04", "57P05", "25P03", "25P04" -> SESSION_ENDED;
            case "53300" -> SATURATED;
            case "25006" -> READ_ONLY;
            case "40001" -> isRecoveryConflict(error) ? CONFLICT : STATEMENT;
            case "3D000" -> CONFIGURATION;
            case "28000", "28P01" -> AUTHENTICATION;
            default -> state.startsWith("08") || (isFatal(error) && state.startsWith("58")) ? CONNECTION : STATEMENT;
        };
    }

    /** FATAL and PANIC end the session, whatever the SQLSTATE. */
    public static boolean isFatal(SQLException error) {
        ServerErrorMessage message = serverMessage(error);
        String severity = message == null ? null : message.getSeverity();
        return "FATAL".equals(severity) || "PANIC".equals(severity);
    }

    /**
     * 40001 is a serialization failure on a primary and a conflict with replay on a replica. The server's routine tells
     * them apart: {@code ProcessInterrupts} up to PostgreSQL 15, {@code ProcessRecoveryConflictInterrupt} since 16.
     */
    private static boolean isRecoveryConflict(SQLException error) {
        ServerErrorMessage message = serverMessage(error);
        String routine = message == null ? null : message.getRoutine();
        return routine != null
                && (routine.equals("ProcessInterrupts") || routine.startsWith("ProcessRecoveryConflict"));
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException error) {
        return error instanceof PSQLException server ? server.getServerErrorMessage() : null;
    }
}
