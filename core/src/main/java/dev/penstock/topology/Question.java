package dev.penstock.topology;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One question of a monitor, or several at once, in a transaction of its own that is READ COMMITTED and READ ONLY: a replica answers it whatever isolation the
 * role's sessions begin with, and the question sees these defaults as they are, because nothing is set. One round trip, through any pooler.
 * Used by one thread.
 */
final class Question implements AutoCloseable {
    /** The comment is what {@code pg_stat_activity} shows of a monitor's session between two questions. */
    private static final String TEXT =
            "begin isolation level read committed, read only; %s; commit /* penstock monitor */";

    private final Connection connection;
    private final PreparedStatement statement;

    /** @param select one query, or several with a semicolon between them; their parameters are those of {@link #parameters()} */
    Question(Connection connection, String select) throws SQLException {
        this.connection = connection;
        this.statement = connection.prepareStatement(TEXT.formatted(select));
    }

    PreparedStatement parameters() {
        return statement;
    }

    /** The answer, which the next one closes. After a refusal the session can be asked again. */
    ResultSet ask() throws SQLException {
        try {
            boolean rows = statement.execute();
            while (!rows && statement.getUpdateCount() != -1) {
                rows = statement.getMoreResults();
            }
            if (!rows) {
                throw new SQLException("The question was not answered", "XX000");
            }
            return statement.getResultSet();
        } catch (SQLException e) {
            rollBack(e);
            throw e;
        }
    }

    /** The answer to the next of several, after the one before was read. */
    ResultSet next() throws SQLException {
        if (!statement.getMoreResults()) {
            throw new SQLException("The question was not answered", "XX000");
        }
        return statement.getResultSet();
    }

    private void rollBack(SQLException refused) {
        if (refused.getSQLState() == null || refused.getSQLState().startsWith("08")) {
            return;
        }
        try (Statement end = connection.createStatement()) {
            end.execute("rollback");
        } catch (SQLException e) {
            refused.addSuppressed(e);
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
