package dev.penstock.topology;

import dev.penstock.observe.ServerSessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalInt;

/**
 * Asks a server for everybody's sessions, by what they do. Any role may ask: without {@code pg_read_all_stats} the sessions of other roles are
 * counted and their state is not seen.
 */
final class SessionsQuestion {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String SETTINGS = """
            select current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int
                     + coalesce(current_setting('reserved_connections', true)::int, 0)""";

    /** Of what is hidden only client sessions have a database and an address or a socket; workers that have one are a few at most. */
    private static final String EVERYTHING = SETTINGS + """
            ,
                   count(*) filter (where state in ('active', 'fastpath function call'))::int,
                   count(*) filter (where state = 'idle')::int,
                   count(*) filter (where state like 'idle in transaction%')::int,
                   count(*) filter (where state is null and backend_type is null)::int,
                   count(*)::int
              from pg_catalog.pg_stat_activity
             where backend_type = 'client backend' or (backend_type is null and datid is not null)""";

    private SessionsQuestion() {}

    static ServerSessions ask(Connection connection) throws SQLException {
        try {
            return everything(connection);
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                return settingsAlone(connection);
            }
            throw e;
        }
    }

    private static ServerSessions everything(Connection connection) throws SQLException {
        try (Question question = new Question(connection, EVERYTHING);
                ResultSet row = question.ask()) {
            row.next();
            int active = row.getInt(3);
            int idle = row.getInt(4);
            int idleInTransaction = row.getInt(5);
            int hidden = row.getInt(6);
            return new ServerSessions(
                    OptionalInt.of(active),
                    OptionalInt.of(idle),
                    OptionalInt.of(idleInTransaction),
                    OptionalInt.of(hidden),
                    OptionalInt.of(row.getInt(7) - active - idle - idleInTransaction - hidden),
                    OptionalInt.of(row.getInt(1)),
                    row.getInt(2));
        }
    }

    /** An administrator has closed the catalogs. */
    private static ServerSessions settingsAlone(Connection connection) throws SQLException {
        try (Question question = new Question(connection, SETTINGS);
                ResultSet row = question.ask()) {
            row.next();
            OptionalInt none = OptionalInt.empty();
            return new ServerSessions(none, none, none, none, none, OptionalInt.of(row.getInt(1)), row.getInt(2));
        }
    }
}
