package dev.penstock.connect;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What a write closure sees of its connection. The transaction is the write's, so the closure cannot end it: {@code commit}, {@code rollback} and
 * {@code setAutoCommit(true)} are refused with 2D000, as PostgreSQL refuses them in a function, and end nothing. Savepoints are the closure's, and so
 * are nested transactions that are made of them. Closing it does nothing; the write gives it back.
 *
 * <p>The pool's connection below takes such calls, because the pool makes them itself to give a connection back.
 */
public final class WriteConnection extends ForwardingConnection {
    private static final String STATE = "2D000";

    public WriteConnection(Connection pooled) {
        super(pooled);
    }

    private static SQLException refused(String call) {
        return new SQLException(
                call + " within a write: the write commits when its closure returns, and rolls back when it throws."
                        + " Nothing was ended. Leave the call out, use a savepoint for a part, or take a connection of"
                        + " writer() for transactions of your own.",
                STATE);
    }

    /** What is told when the transaction was ended in a way that cannot be refused, by a text. */
    public static SQLException ended() {
        return new SQLException(
                "The closure of a write ended its transaction itself, by the text of a COMMIT or ROLLBACK: what ran"
                        + " before that is as it left it, and what ran after it was rolled back. Leave it out: the"
                        + " write commits when its closure returns, and rolls back when it throws.",
                STATE);
    }

    @Override
    public void commit() throws SQLException {
        throw refused("commit()");
    }

    @Override
    public void rollback() throws SQLException {
        throw refused("rollback()");
    }

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        if (on) {
            throw refused("setAutoCommit(true)");
        }
    }

    @Override
    public void close() {
        // A framework closes what it was given; the write still needs it.
    }

    @Override
    public String toString() {
        return "a write's " + physical;
    }
}
