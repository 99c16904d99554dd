package dev.penstock.routing;

import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.NodeConnection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What an error is to a read that may run again, and what follows from it: the one table, which docs/routing.md shows and {@code
 * ReadLossTest} reads row by row. Pure.
 *
 * <p>Its aim is that a read survives the loss of its node, and that no query takes one node after the other down with it: what could be the
 * query's own doing is seen by two nodes at most.
 */
enum ReadLoss {
    /** The statement's own error, or one that did not come through this call's connection. */
    NO_LOSS,
    /**
     * It may be the query's doing: the session was lost without a word while a statement ran, or the server failed inside (58xxx, XXxxx).
     * Counted, unless the monitor finds that the node itself was lost.
     */
    SUSPECT,
    /** The node's doing, and it may be so on the next one: a terminated session, no disk or memory left, a conflict with replay. */
    OF_NODE,
    /** A prepared statement no longer suits: its session has to forget what was prepared. */
    STALE_PLAN,
    /** No session, or one that was lost for a reason that is not the query's; also two transactions that did not go together. */
    PASSING;

    /** So often a loss that may be the query's doing is put up with. */
    static final int MOST_SUSPECT = 1;

    /** So often a read runs again for what will pass. */
    static final int MOST_PASSING = 5;

    /**
     * What is known of an error when it is met.
     *
     * @param kind of the error
     * @param state the SQLSTATE that made it of that kind
     * @param thrownHere whether it came through this call's own connection
     * @param sessionOver whether that connection is gone, and not because the pool discards it after an error that the server raised
     * @param abandoned whether it was broken on this side: the node was given up
     * @param announced whether the server had said that it ends the session for a reason of its own
     */
    record Facts(
            ErrorClass kind,
            String state,
            boolean thrownHere,
            boolean sessionOver,
            boolean abandoned,
            boolean announced) {
        static Facts of(SQLException error, Throwable thrown, NodeConnection session) throws SQLException {
            return new Facts(
                    ErrorClass.of(error),
                    stateOf(error),
                    session.hasThrown(thrown),
                    !ErrorClass.isRaised(error) && (session.isOver() || ErrorClass.isFatal(error)),
                    session.isAbandoned(),
                    session.isEndedByServer());
        }

        /** Frameworks wrap what the driver threw, with a SQLSTATE of their own or without. */
        private static String stateOf(SQLException error) {
            SQLException says = error;
            while (!isOfLoss(says.getSQLState()) && says.getCause() instanceof SQLException cause) {
                says = cause;
            }
            return String.valueOf(says.getSQLState());
        }

        private static boolean isOfLoss(@Nullable String state) {
            return state != null && (state.startsWith("08") || state.startsWith("57P"));
        }
    }

    static ReadLoss of(Facts facts) {
        if (!facts.thrownHere || !facts.kind.readMayRunAgain()) {
            return NO_LOSS;
        }
        return switch (facts.kind) {
            case CONNECTION -> facts.sessionOver ? ofLostSession(facts) : NO_LOSS;
            case NO_ANSWER, CLOSED, NOT_CONNECTED, NOT_NOW, SATURATED, IDLE_TOO_LONG ->
                // A function may raise the same, and then the session stands.
                facts.sessionOver ? PASSING : NO_LOSS;
            case INTERNAL -> facts.announced || facts.abandoned ? PASSING : SUSPECT;
            case EXHAUSTED, CONFLICT -> OF_NODE;
            case STALE_PLAN -> STALE_PLAN;
            case SERIALIZATION -> PASSING;
            default -> NO_LOSS;
        };
    }

    private static ReadLoss ofLostSession(Facts facts) {
        return switch (facts.state) {
            case "57P01" -> OF_NODE;
            case "57P02" -> PASSING;
            default -> facts.announced || facts.abandoned ? PASSING : SUSPECT;
        };
    }

    /**
     * What the read has behind it.
     *
     * @param suspect losses that count against the query, the last one included
     * @param passing runs that failed for what will pass, the last one included
     * @param runs runs in all
     * @param elsewhere whether a node serves on which it has not run
     */
    record Past(int suspect, int passing, int runs, boolean elsewhere) {}

    /** What is done next. */
    enum Step {
        /** The error is thrown. */
        TELL,
        /** It runs on another node, at once. */
        MOVE,
        /** It runs again when its node has answered the monitor, or when another node serves. */
        ONCE_ANSWERED,
        /** It runs again at once, on whatever node. */
        AGAIN,
        /** It runs again after a pause. */
        PAUSE
    }

    Step next(Past past) {
        return switch (this) {
            case NO_LOSS -> Step.TELL;
            case SUSPECT ->
                past.suspect > MOST_SUSPECT || past.passing > MOST_PASSING
                        ? Step.TELL
                        : past.elsewhere ? Step.MOVE : Step.ONCE_ANSWERED;
            case OF_NODE -> past.elsewhere ? Step.MOVE : past.runs == 1 ? Step.ONCE_ANSWERED : Step.TELL;
            case STALE_PLAN -> past.passing > MOST_PASSING ? Step.TELL : Step.AGAIN;
            case PASSING -> past.passing > MOST_PASSING ? Step.TELL : past.elsewhere ? Step.MOVE : Step.PAUSE;
        };
    }
}
