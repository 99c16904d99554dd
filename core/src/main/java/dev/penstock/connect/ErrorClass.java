package dev.penstock.connect;

import static dev.penstock.connect.ErrorClass.Again.BEFORE_COMMIT;
import static dev.penstock.connect.ErrorClass.Again.NO;
import static dev.penstock.connect.ErrorClass.Again.YES;
import static dev.penstock.connect.ErrorClass.Session.ENDED;
import static dev.penstock.connect.ErrorClass.Session.STANDS;
import static dev.penstock.connect.ErrorClass.Topology.LEAVE;
import static dev.penstock.connect.ErrorClass.Topology.LOOK;

import dev.penstock.observe.ConnectFailedException;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.tls.ServerText;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsReason;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * What an error means for its session, for the node, and for doing it again: the one table, by cause, SQLSTATE and
 * severity, none of which a server translates. TLS and authentication come first, because their SQLSTATEs look like outages (08006, 08001, 08004).
 *
 * <p>The columns: whether the session is gone (FATAL and PANIC end it in every row); whether the topology should look at the
 * node; whether a read may run again, of which {@code ReadLoss} says where and how often; whether a write may run again, because it was
 * provably not executed.
 */
public enum ErrorClass {
    /** No connection came about: refused, timed out, unknown host (08001; any loss while connecting). Nothing was sent. */
    NOT_CONNECTED(ENDED, LOOK, YES, YES),
    /** The connection is gone (08xxx, 57P01, 57P02): what was in flight may have happened. */
    CONNECTION(ENDED, LOOK, YES, BEFORE_COMMIT),
    /** No answer in time (08006 by a socket timeout): it may still happen, later. The monitor decides about the node. */
    NO_ANSWER(ENDED, LOOK, YES, BEFORE_COMMIT),
    /** It was closed on this side (08003), because of an earlier error, which has told of the node. */
    CLOSED(ENDED, LEAVE, YES, BEFORE_COMMIT),
    /** Nobody knows whether the transaction was committed (08007); said by us. */
    OUTCOME_UNKNOWN(ENDED, LEAVE, NO, NO),
    /** The trust between client and server failed. Never a reason to fail over. */
    TLS(ENDED, LEAVE, NO, NO),
    /** The role or its password was refused (28xxx, 08004). Never a reason to fail over. */
    AUTHENTICATION(STANDS, LEAVE, NO, NO),
    /** What was asked for does not exist or is not allowed (3D000, 42501, 55000, 42704, 22023, 42601, 42602, 55P02 at connect; what a pooler refuses). */
    CONFIGURATION(STANDS, LEAVE, NO, NO),
    /** What answers at connect does not speak PostgreSQL's protocol. Nobody is served there until somebody fixes that; another node may serve. */
    FOREIGN(ENDED, LOOK, YES, YES),
    /** The server is starting, stopping or recovering (57P03). Nothing was sent. */
    NOT_NOW(ENDED, LOOK, YES, YES),
    /** The server has no slot left (53300). It is saturated, not down. Nothing was sent. */
    SATURATED(STANDS, LEAVE, YES, YES),
    /** The server is out of disk or memory (53100, 53200). */
    EXHAUSTED(STANDS, LOOK, YES, BEFORE_COMMIT),
    /** The server failed inside (58xxx, XXxxx): a second node may do better, a third would not. */
    INTERNAL(STANDS, LOOK, YES, NO),
    /** A write reached a server that is not writable (25006): what we know of the roles is old. Nothing was executed. */
    READ_ONLY(STANDS, LOOK, NO, YES),
    /** A read on a replica lost against the replay of the primary's changes (40001 there). */
    CONFLICT(STANDS, LEAVE, YES, NO),
    /** Two transactions did not go together (40001, 40P01): this one was rolled back, and may succeed as a whole. */
    SERIALIZATION(STANDS, LEAVE, YES, YES),
    /** The session was idle for too long (57P05), outside of a transaction. */
    IDLE_TOO_LONG(ENDED, LEAVE, YES, BEFORE_COMMIT),
    /** The session was ended by a limit within a transaction (25P03, 25P04), or its database was dropped (57P04). */
    SESSION_ENDED(ENDED, LEAVE, NO, NO),
    /** A commit that only the primary has for certain: its wait for the synchronous replica was cancelled (01000). */
    LOCAL_ONLY(STANDS, LEAVE, NO, NO),
    /**
     * A statement that the driver had prepared no longer suits: what it reads has changed (0A000 of {@code RevalidateCachedQuery}), or the
     * session does not know its name, or knows another of that name (26000, 42P05). Nothing was executed. The session heals when it forgets
     * what was prepared.
     */
    STALE_PLAN(STANDS, LEAVE, YES, YES),
    /** Everything else is the statement's own error. */
    STATEMENT(STANDS, LEAVE, NO, NO);

    /**
     * While connecting these say that the database is closed to the role, or that a setting of the startup packet does not exist (42704), has a
     * bad value (22023), is written wrongly (42601, 42602) or is not a session's to set (55P02); later they are a statement's own errors.
     */
    private static final Set<String> NOT_LET_IN =
            Set.of("3D000", "42501", "55000", "42704", "22023", "42601", "42602", "55P02");

    /** What production refuses of a host that a discovery named, before anything is sent. */
    private static final Set<String> REFUSED_HOST = Set.of("PRODUCTION_TLS", "REQUIRE_UNVERIFIED", "TLS_POLICY");

    /** The verdicts on trust, by which a failed connect is known that does not keep the handshake's exceptions. */
    private static final Set<String> TLS_CODES = Stream.of(TlsReason.values())
            .filter(reason -> reason != TlsReason.TLS_HANDSHAKE && reason != TlsReason.HBA_REJECTED)
            .map(TlsReason::name)
            .collect(Collectors.toUnmodifiableSet());

    private final Session session;
    private final Topology node;
    private final Again read;
    private final Again write;

    ErrorClass(Session session, Topology node, Again read, Again write) {
        this.session = session;
        this.node = node;
        this.read = read;
        this.write = write;
    }

    /** What became of the session. */
    enum Session {
        ENDED,
        STANDS
    }

    /** What the topology does about the node. */
    enum Topology {
        LOOK,
        LEAVE
    }

    /** Whether the same work may be done again. */
    enum Again {
        NO,
        BEFORE_COMMIT,
        YES
    }

    /** Whether the topology should look at the node at once. */
    public boolean isNodeSignal() {
        return node == LOOK;
    }

    /** What it is when it kept a connection from being opened. */
    public ConnectFailure connectFailure() {
        return switch (this) {
            case NOT_CONNECTED, CONNECTION, NO_ANSWER, CLOSED -> ConnectFailure.UNREACHABLE;
            case NOT_NOW -> ConnectFailure.NOT_NOW;
            case SATURATED -> ConnectFailure.SATURATED;
            case AUTHENTICATION -> ConnectFailure.AUTHENTICATION;
            case TLS -> ConnectFailure.TLS;
            case CONFIGURATION, FOREIGN -> ConnectFailure.CONFIGURATION;
            default -> ConnectFailure.OTHER;
        };
    }

    /** Whether trying again will give the same answer until somebody fixes something. */
    public boolean isFinal() {
        return this == TLS || this == AUTHENTICATION || this == CONFIGURATION || this == FOREIGN;
    }

    /** Whether a read that nobody has seen a row of may run again. */
    public boolean readMayRunAgain() {
        return read == YES;
    }

    /**
     * Whether a transaction that failed with it was provably not executed and may be run again from its start. A lost
     * connection proves that as long as COMMIT was not sent.
     */
    public boolean writeMayRunAgain(boolean commitSent) {
        return write == YES || (write == BEFORE_COMMIT && !commitSent);
    }

    /** Whether its session is gone: by its class, or because FATAL and PANIC end it whatever the SQLSTATE. */
    public static boolean endsSession(SQLException error) {
        return of(error).session == ENDED || isFatal(error);
    }

    /** Whether it says no more than that the session is gone, now or before. */
    static boolean losesSession(SQLException error) {
        ErrorClass kind = of(error);
        return kind == CLOSED || kind == CONNECTION || kind == NO_ANSWER;
    }

    /** The class of the first exception in the chain that says something. */
    public static ErrorClass of(SQLException error) {
        if (isOfTls(error) || isRefusedHost(error)) {
            return TLS;
        }
        if (isNotLetIn(error)) {
            return CONFIGURATION;
        }
        if (error instanceof ConnectFailedException failed && failed.code().equals("NOT_POSTGRESQL")) {
            return FOREIGN;
        }
        String state = error.getSQLState();
        ErrorClass own = state == null ? STATEMENT : ofState(state, error);
        if (own.session == ENDED && isRaised(error)) {
            return STATEMENT;
        }
        if (own == STATEMENT && error.getCause() instanceof SQLException cause) {
            return of(cause);
        }
        boolean neverHadOne = error instanceof ConnectFailedException && own.session == ENDED;
        return neverHadOne && own != NOT_NOW ? NOT_CONNECTED : own;
    }

    /** The server refuses a session with FATAL, and a statement with ERROR. What a pooler refuses, it will refuse again. */
    private static boolean isNotLetIn(SQLException error) {
        boolean connecting = error instanceof ConnectFailedException || isFatal(error);
        return (connecting && NOT_LET_IN.contains(String.valueOf(error.getSQLState())))
                || (error instanceof ConnectFailedException failed
                        && failed.code().equals("POOLER"));
    }

    private static boolean isRefusedHost(SQLException error) {
        return error instanceof ConnectFailedException failed && REFUSED_HOST.contains(failed.code());
    }

    private static boolean isOfTls(SQLException error) {
        return (error instanceof ConnectFailedException failed && TLS_CODES.contains(failed.code()))
                || TlsFailure.of(error).filter(ErrorClass::isVerdict).isPresent();
    }

    /**
     * A handshake that broke off without an alert says nothing about trust: the server was lost half way. A rule of {@code pg_hba.conf} is about the
     * login.
     */
    private static boolean isVerdict(TlsFailure failure) {
        return TLS_CODES.contains(failure.reason().name());
    }

    private static ErrorClass ofState(String state, SQLException error) {
        return switch (state) {
            case "08001" -> NOT_CONNECTED;
            case "08003" -> CLOSED;
            case "08004" -> AUTHENTICATION;
            case "08007" -> OUTCOME_UNKNOWN;
            case "57P01", "57P02" -> CONNECTION;
            case "57P03" -> NOT_NOW;
            case "57P05" -> IDLE_TOO_LONG;
            case "57P04", "25P03", "25P04" -> SESSION_ENDED;
            case "53300" -> SATURATED;
            case "53100", "53200" -> EXHAUSTED;
            case "25006" -> READ_ONLY;
            case "0A000" -> "RevalidateCachedQuery".equals(routine(error)) ? STALE_PLAN : STATEMENT;
            case "26000", "42P05" -> STALE_PLAN;
            case "40001", "40P01" -> isRecoveryConflict(error) ? CONFLICT : SERIALIZATION;
            case "01000" -> isOfCancelledWait(error) ? LOCAL_ONLY : STATEMENT;
            default -> ofStateClass(state.length() < 2 ? state : state.substring(0, 2), error);
        };
    }

    private static ErrorClass ofStateClass(String stateClass, SQLException error) {
        return switch (stateClass) {
            case "08" -> hasTimedOut(error) ? NO_ANSWER : CONNECTION;
            case "28" -> AUTHENTICATION;
            case "58", "XX" -> INTERNAL;
            default -> STATEMENT;
        };
    }

    private static boolean hasTimedOut(SQLException error) {
        for (Throwable t = error.getCause(); t != null; t = t.getCause()) {
            if (t instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** FATAL and PANIC end the session, whatever the SQLSTATE. */
    public static boolean isFatal(SQLException error) {
        String severity = Severity.of(serverMessage(error));
        return "FATAL".equals(severity) || "PANIC".equals(severity);
    }

    /**
     * Whether a server raised it for a statement, after which the session goes on, whatever the SQLSTATE: functions and foreign servers raise
     * what they like. A pooler has no routines, and may end the session after an ERROR.
     */
    public static boolean isRaised(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            ServerErrorMessage message = t instanceof PSQLException server ? server.getServerErrorMessage() : null;
            if (message != null) {
                return "ERROR".equals(Severity.of(message)) && message.getRoutine() != null;
            }
        }
        return false;
    }

    /**
     * 40001 is a serialization failure on a primary and a conflict with replay on a replica. The server's routine tells
     * them apart: {@code ProcessInterrupts} up to PostgreSQL 15, {@code ProcessRecoveryConflictInterrupt} since 16.
     */
    private static boolean isRecoveryConflict(SQLException error) {
        String routine = routine(error);
        return routine != null
                && (routine.equals("ProcessInterrupts") || routine.startsWith("ProcessRecoveryConflict"));
    }

    /** Where in the server it was raised, the same in every language; null when it was not. */
    static @Nullable String routine(SQLException error) {
        ServerErrorMessage message = serverMessage(error);
        return message == null ? null : message.getRoutine();
    }

    /** Whether the server has warned on {@code statement} that it ends the session, for a crash elsewhere or a stop (57P02, 57P01). */
    static boolean announcesEnd(Statement statement) {
        try {
            for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
                if ("57P02".equals(w.getSQLState()) || "57P01".equals(w.getSQLState())) {
                    return true;
                }
            }
        } catch (SQLException e) {
            ConnectLog.LOG.trace("A statement that failed is closed already: {}", ServerText.of(e));
        }
        return false;
    }

    /**
     * Whether it is the server's warning that it has committed and no longer waits for the synchronous replica: somebody cancelled the wait
     * (01000), or ends the session (57P01).
     */
    static boolean isOfCancelledWait(SQLException warning) {
        ServerErrorMessage message = warning instanceof PSQLWarning server ? server.getServerErrorMessage() : null;
        return message != null && "SyncRepWaitForLSN".equals(message.getRoutine());
    }

    /**
     * Whether something was sent, and its answer did not come, so that it may have been executed. What the server itself says, FATAL included,
     * it says after it has rolled back. Exceptions are PANIC, which can come out of the commit, and what a pooler says of the server
     * that it has lost (08xxx).
     */
    static boolean losesAnswer(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        boolean ofConnection = state.startsWith("08") && !state.equals("08003") && !state.equals("08007");
        ServerErrorMessage said = serverMessageIn(error);
        String severity = Severity.of(said);
        return said == null ? ofConnection : "PANIC".equals(severity) || (ofConnection && "FATAL".equals(severity));
    }

    /** Of the exception itself, or of what a batch says was its cause. */
    private static @Nullable ServerErrorMessage serverMessageIn(SQLException error) {
        ServerErrorMessage own = serverMessage(error);
        return own == null && error.getCause() instanceof SQLException cause ? serverMessageIn(cause) : own;
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException error) {
        return error instanceof PSQLException server ? server.getServerErrorMessage() : null;
    }
}
