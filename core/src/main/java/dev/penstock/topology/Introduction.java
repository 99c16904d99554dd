package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.StartMode;
import dev.penstock.connect.StartMode.Origin;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself and of the role's sessions when one is opened, in one round trip; two where an administrator has closed the
 * catalogs.
 *
 * @param aurora whether it is Aurora: that has its two functions and no comparable WAL positions, as its replicas read the primary's storage
 *     instead of replaying its log
 * @param database the database's name as the server says it
 * @param startMode what sessions begin with
 */
record Introduction(boolean aurora, String database, StartMode startMode) {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String SERVER = """
            select to_regproc('aurora_version') is not null and to_regproc('aurora_replica_status') is not null,
                   current_database(),
                   current_setting('default_transaction_read_only')::boolean,
                   current_setting('default_transaction_isolation')""";

    /** The last column is the own default of a role that logs in elsewhere: nothing but the catalogs tells what its sessions begin with. */
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
                     order by own.setdatabase desc limit 1)""";

    static Introduction of(Connection connection, DatabaseConfig config, Node node) throws SQLException {
        String reader = config.readLogin(node.endpoint()).user();
        boolean readsAsMonitor =
                reader.equals(config.login(node.endpoint()).user());
        try (Question question = new Question(connection, EVERYTHING)) {
            question.parameters().setString(1, reader);
            try (ResultSet row = question.ask()) {
                row.next();
                return introduction(row, row.getString(5), isolation(row, readsAsMonitor));
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
            return introduction(row, null, isSerializable(row.getString(4)) ? Origin.SERVER : null);
        }
    }

    private static Introduction introduction(ResultSet row, @Nullable String source, @Nullable Origin serializable)
            throws SQLException {
        Origin readOnly = row.getBoolean(3) ? Origin.of(source) : null;
        return new Introduction(row.getBoolean(1), row.getString(2), new StartMode(readOnly, serializable));
    }

    /**
     * Who made the sessions of the role that reads SERIALIZABLE. Where it is another role than the monitor's, the catalogs say what is its own;
     * what is the server's shows in this session, unless the monitor's role has a default that hides it.
     */
    private static @Nullable Origin isolation(ResultSet row, boolean readsAsMonitor) throws SQLException {
        Origin here = Origin.of(row.getString(6));
        String own = row.getString(7);
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
