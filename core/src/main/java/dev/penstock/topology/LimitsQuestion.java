package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.ServerLimits;
import dev.penstock.tls.ServerText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Asks a server what it admits, who is connected, and what roles log in there, in one round trip; up to three where an administrator has closed
 * catalogs. Any role may ask; what it may not see is said and not guessed.
 */
final class LimitsQuestion {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** {@code reserved_connections} came with PostgreSQL 16. */
    private static final String SETTINGS = """
            select current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int,
                   coalesce(current_setting('reserved_connections', true)::int, 0)""";

    /**
     * Limits are not held against superusers. Sessions of other roles hide their application name, but not that they are
     * there. The view {@code pg_stat_database} would give the same number and compute much else.
     */
    private static final String EVERYTHING = SETTINGS + """
            ,
                   (select case when rolsuper then -1 else rolconnlimit end
                      from pg_catalog.pg_roles where rolname = session_user),
                   (select datconnlimit from pg_catalog.pg_database where datname = current_database()),
                   own.instances,
                   (select sum(pg_stat_get_db_numbackends(oid))::int from pg_catalog.pg_database) - own.sessions
              from (select count(distinct application_name)::int as instances, count(*)::int as sessions
                      from pg_catalog.pg_stat_activity
                     where usename = session_user and (application_name = ? or starts_with(application_name, ?))) own""";

    private final Connection connection;
    private final DatabaseConfig config;
    private final Node node;
    private final String applicationName;
    private final List<String> unseen = new ArrayList<>();

    private LimitsQuestion(Connection connection, DatabaseConfig config, Node node) {
        this.connection = connection;
        this.config = config;
        this.node = node;
        this.applicationName = config.applicationName();
    }

    /** Tells {@code node} what it is told. Never fails: a server that cannot be asked is no reason not to work with it. */
    static void ask(Connection connection, DatabaseConfig config, Node node) {
        node.learnLimits(new LimitsQuestion(connection, config, node).limits());
    }

    private ServerLimits limits() {
        try {
            return everything(true);
        } catch (SQLException e) {
            return ErrorClass.endsSession(e) ? untold(e) : limitsAlone(e);
        }
    }

    private ServerLimits limitsAlone(SQLException refused) {
        try {
            unseen.clear();
            return everything(false);
        } catch (SQLException e) {
            e.addSuppressed(refused);
            return INSUFFICIENT_PRIVILEGE.equals(e.getSQLState()) ? settingsAlone(e) : untold(e);
        }
    }

    private static ServerLimits untold(SQLException e) {
        TopologyLog.LOG.debug("A server could not be asked for its limits: {}", ServerText.of(e));
        return ServerLimits.untold("the question for its limits failed with SQLSTATE " + e.getSQLState());
    }

    /** @param withFacts whether the roles are asked for as well */
    private ServerLimits everything(boolean withFacts) throws SQLException {
        String service = service();
        try (Question question =
                new Question(connection, withFacts ? EVERYTHING + "; " + FactsQuestion.TEXT : EVERYTHING)) {
            question.parameters().setString(1, applicationName);
            question.parameters().setString(2, service.isEmpty() ? applicationName : service);
            if (withFacts) {
                FactsQuestion.bind(question.parameters(), 3, connection, config, node);
            }
            ServerLimits limits;
            try (ResultSet row = question.ask()) {
                row.next();
                limits = limits(row, !service.isEmpty());
            }
            if (withFacts) {
                node.learnFacts(FactsQuestion.read(question.next()));
            }
            return limits;
        }
    }

    private ServerLimits limits(ResultSet row, boolean namesInstances) throws SQLException {
        return new ServerLimits(
                OptionalInt.of(row.getInt(1)),
                row.getInt(2),
                row.getInt(3),
                limit(row, 4),
                limit(row, 5),
                namesInstances ? OptionalInt.of(row.getInt(6)) : OptionalInt.empty(),
                OptionalInt.of(Math.max(0, row.getInt(7))),
                unseen);
    }

    private ServerLimits settingsAlone(SQLException refused) {
        List<String> hidden =
                List.of("the role may not read the catalogs, so connection limits and live sessions are unknown");
        try (Question question = new Question(connection, SETTINGS);
                ResultSet row = question.ask()) {
            row.next();
            OptionalInt none = OptionalInt.empty();
            return new ServerLimits(
                    OptionalInt.of(row.getInt(1)), row.getInt(2), row.getInt(3), none, none, none, none, hidden);
        } catch (SQLException e) {
            e.addSuppressed(refused);
            return untold(e);
        }
    }

    /** {@code shop/} of {@code shop/host-7}; empty when the name says nothing about the instance. */
    private String service() {
        int slash = applicationName.indexOf('/');
        if (slash <= 0) {
            unseen.add("application_name '" + applicationName
                    + "' names no instance (as shop/host-7 does), so live instances cannot be told apart");
            return "";
        }
        return applicationName.substring(0, slash + 1);
    }

    /** PostgreSQL writes "no limit" as a negative number. */
    private static OptionalInt limit(ResultSet row, int column) throws SQLException {
        int limit = row.getInt(column);
        return limit < 0 || row.wasNull() ? OptionalInt.empty() : OptionalInt.of(limit);
    }
}
