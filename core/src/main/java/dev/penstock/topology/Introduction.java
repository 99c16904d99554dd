package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.StartMode;
import dev.penstock.connect.StartMode.Origin;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer about itself and about the role's sessions when one is opened, in one round trip; two where an administrator has closed the
 * catalogs.
 *
 * @param disclosure what it tells the roles that ask it; Aurora is known by two functions of its own
 * @param identified whether it tells the cluster that it belongs to
 * @param database the database's name as the server says it
 * @param startMode what sessions begin with
 */
record Introduction(Disclosure disclosure, boolean identified, String database, StartMode startMode) {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final List<String> IDENTITY = List.of("pg_control_system()");
    private static final List<String> PROOF = List.of("pg_control_checkpoint()", "pg_control_recovery()");
    private static final List<String> POSITIONS = List.of(
            "pg_current_wal_lsn()",
            "pg_current_wal_insert_lsn()",
            "pg_walfile_name(pg_lsn)",
            "pg_last_wal_replay_lsn()",
            "pg_last_xact_replay_timestamp()");

    private static final String SERVER = """
            select to_regproc('aurora_version') is not null and to_regproc('aurora_replica_status') is not null,
                   current_database(),
                   current_setting('default_transaction_read_only')::boolean,
                   current_setting('default_transaction_isolation'),
                   %s, %s or not has_table_privilege('pg_catalog.pg_stat_wal_receiver', 'select'), %s""".formatted(
                    closed("session_user", IDENTITY), closed("session_user", PROOF), closed("session_user", POSITIONS));

    /** Writes, in SQL, that one of these functions does not exist, or is closed to a role. */
    private static String closed(String role, List<String> functions) {
        return functions.stream()
                .map(function ->
                        "has_function_privilege(" + role + ", to_regprocedure('" + function + "')::oid, 'execute')")
                .collect(Collectors.joining(" and ", "not coalesce(", ", false)"));
    }

    /** The last columns are the own default of a role that logs in elsewhere, which nothing but the catalogs tells, and what is closed to it. */
    private static final String EVERYTHING = SERVER + """
            ,
                   (select source from pg_catalog.pg_settings where name = 'default_transaction_read_only'),
                   (select source from pg_catalog.pg_settings where name = 'default_transaction_isolation'),
                   (select substr(setting, length('default_transaction_isolation=') + 1)
                      from pg_catalog.pg_db_role_setting own
                      join pg_catalog.pg_roles r on r.oid = own.setrole
                      left join pg_catalog.pg_database d on d.oid = own.setdatabase
                     cross join unnest(own.setconfig) setting
                     where r.rolname = ? and (own.setdatabase = 0 or d.datname = current_database())
                       and starts_with(setting, 'default_transaction_isolation=')
                     order by own.setdatabase desc limit 1),
                   reader.identity, reader.proof
              from (select 1) one
              left join lateral (
                   select %s as identity,
                          %s or not has_table_privilege(r.oid, 'pg_catalog.pg_stat_wal_receiver', 'select') as proof
                     from pg_catalog.pg_roles r where r.rolname = ?) reader on true""".formatted(closed("r.oid", IDENTITY), closed("r.oid", PROOF));

    static Introduction of(Connection connection, DatabaseConfig config, Node node) throws SQLException {
        String reader = config.readLogin(node.endpoint()).user();
        boolean readsAsMonitor = reader.equals(config.login(node.endpoint()).user());
        try (Question question = new Question(connection, EVERYTHING)) {
            question.parameters().setString(1, reader);
            question.parameters().setString(2, reader);
            try (ResultSet row = question.ask()) {
                row.next();
                StartMode mode = new StartMode(readOnly(row, row.getString(8)), isolation(row, readsAsMonitor));
                return introduction(row, row.getBoolean(11), row.getBoolean(12), mode);
            }
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                return withoutCatalogs(connection);
            }
            throw e;
        }
    }

    private static Introduction withoutCatalogs(Connection connection) throws SQLException {
        try (Question question = new Question(connection, SERVER);
                ResultSet row = question.ask()) {
            row.next();
            Origin serializable = isSerializable(row.getString(4)) ? Origin.SERVER : null;
            return introduction(row, false, false, new StartMode(readOnly(row, null), serializable));
        }
    }

    private static Introduction introduction(
            ResultSet row, boolean identityClosed, boolean proofClosed, StartMode startMode) throws SQLException {
        boolean identified = !row.getBoolean(5) && !identityClosed;
        Disclosure disclosure = Disclosure.FULL;
        if (row.getBoolean(1)) {
            disclosure = Disclosure.AURORA;
        } else if (row.getBoolean(7)) {
            disclosure = Disclosure.NO_POSITIONS;
        } else if (!identified) {
            disclosure = Disclosure.NO_IDENTITY;
        } else if (row.getBoolean(6) || proofClosed) {
            disclosure = Disclosure.NO_TIMELINE;
        }
        return new Introduction(disclosure, identified, row.getString(2), startMode);
    }

    /** The expression that a probe asks for the cluster with. Aurora's clusters share one name, since they have no identifier. */
    String identityQuestion() {
        if (disclosure == Disclosure.AURORA) {
            return "'aurora'";
        }
        return identified ? "(select system_identifier from pg_control_system())::text" : "null";
    }

    private static @Nullable Origin readOnly(ResultSet row, @Nullable String source) throws SQLException {
        return row.getBoolean(3) ? Origin.of(source) : null;
    }

    /**
     * Who made the sessions of the role that reads SERIALIZABLE. Where it is another role than the monitor's, the catalogs say what is its own;
     * what is the server's shows in this session, unless the monitor's role has a default that hides it.
     */
    private static @Nullable Origin isolation(ResultSet row, boolean readsAsMonitor) throws SQLException {
        Origin here = Origin.of(row.getString(9));
        String own = row.getString(10);
        if (readsAsMonitor || here == Origin.CLIENT) {
            return isSerializable(row.getString(4)) ? here : null;
        }
        if (own != null) {
            return isSerializable(own) ? Origin.ROLE : null;
        }
        return here != Origin.ROLE && isSerializable(row.getString(4)) ? here : null;
    }

    private static boolean isSerializable(String level) {
        return level.equalsIgnoreCase("serializable");
    }
}
