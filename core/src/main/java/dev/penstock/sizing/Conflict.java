package dev.penstock.sizing;

/**
 * Something in a plan that does not go together. Immutable.
 *
 * @param code a stable name for programs; listed in docs/errors.md
 * @param refuses whether a database refuses to open: everything in it was declared, or is a limit of the server. What was
 *     learned from live sessions, was predicted or could not be asked only warns
 * @param sentence what does not go together, with every number
 * @param remedy what to do, the best first
 */
public record Conflict(Code code, boolean refuses, String sentence, String remedy) {
    /** What does not go together. */
    public enum Code {
        /** All instances together may ask for more sessions than the server admits. */
        SERVER_BUDGET,
        /** The same for the role's connection limit. */
        ROLE_LIMIT,
        /** The same for the database's connection limit. */
        DATABASE_LIMIT,
        /** The pool, or its share of the server, is smaller than what keeps nested borrows from a deadlock. */
        DEADLOCK_FLOOR,
        /** More work is declared than the pool can ever do. */
        OVERLOAD,
        /** The predicted p99 wait is above the target. */
        WAIT_TARGET,
        /** Without one of the replicas the others cannot carry the reads. */
        REPLICA_LOSS,
        /** The server's cores are too few for what all instances want to do at once. */
        SERVER_CORES,
        /** The sessions that are open now do not go together with this pool. */
        LIVE_SESSIONS,
        /** A server did not say what it admits. */
        NOT_ASKED
    }

    /** One line: code, sentence, remedy. */
    @Override
    public String toString() {
        return sentence + " [" + code + "]. " + remedy;
    }
}
