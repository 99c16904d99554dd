package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.connect.Node;
import dev.penstock.connect.ServerFacts;
import dev.penstock.connect.ServerFacts.Attribute;
import dev.penstock.connect.ServerFacts.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The question about the roles that log in and about the server itself. Any role may ask it: the catalogs tell it of every role but its password. A
 * superuser always may, so that whoever may not is none.
 */
final class FactsQuestion {
    /** {@code hot_standby} needs each of them at least as high as on the primary (CheckRequiredParameterValues in PostgreSQL's xlogrecovery.c). */
    private static final List<String> LIMITS = List.of(
            "max_connections",
            "max_worker_processes",
            "max_prepared_transactions",
            "max_locks_per_transaction",
            "max_wal_senders");

    /**
     * Who owns tables is looked up from the roles, of which there are few, by the index on owners. What belongs to the role that made the cluster
     * is not in there; that one is a superuser.
     */
    static final String TEXT = """
            select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
                   (select case when bool_or(o.oid = r.oid) then r.rolname else min(o.rolname) end
                      from pg_catalog.pg_roles o
                     where not r.rolsuper and pg_has_role(r.oid, o.oid, 'USAGE')
                       and exists (select from pg_catalog.pg_shdepend d
                                     join pg_catalog.pg_class t on t.oid = d.objid and t.relkind in ('r', 'p')
                                    where d.refclassid = 'pg_catalog.pg_authid'::regclass and d.refobjid = o.oid
                                      and d.dbid = here.oid and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'o')),
                   (select string_agg(setting, ' ' order by own.setdatabase, setting)
                      from pg_catalog.pg_db_role_setting own
                     cross join unnest(own.setconfig) setting
                     where own.setrole = r.oid and own.setdatabase in (0, here.oid)
                       and setting ~ '^default_transaction_(read_only|isolation)='),
                   exists (select from pg_catalog.pg_policy), pg_is_in_recovery(), %s
              from (select oid from pg_catalog.pg_database where datname = current_database()) here
              left join pg_catalog.pg_roles r on r.rolname = session_user or r.rolname = any (?)""".formatted(String.join(
            ", ",
            LIMITS.stream().map(name -> "current_setting('" + name + "')::int").toList()));

    private static final int FIRST_LIMIT = 11;

    private FactsQuestion() {}

    /** @throws SQLException 42501 when an administrator has closed the catalogs */
    static ServerFacts ask(Connection connection, DatabaseConfig config, Node node) throws SQLException {
        try (Question question = new Question(connection, TEXT)) {
            bind(question.parameters(), 1, connection, config, node);
            try (ResultSet rows = question.ask()) {
                return read(rows);
            }
        }
    }

    static void bind(PreparedStatement question, int index, Connection connection, DatabaseConfig config, Node node)
            throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        names.add(config.login(node.endpoint()).user());
        for (Login other :
                new Login[] {config.roles().readOnly(), config.roles().migration()}) {
            if (other != null) {
                names.add(other.user());
            }
        }
        question.setArray(index, connection.createArrayOf("text", names.toArray()));
    }

    static ServerFacts read(ResultSet rows) throws SQLException {
        List<Role> roles = new ArrayList<>();
        Map<String, Integer> limits = new LinkedHashMap<>();
        boolean hasPolicies = false;
        boolean inRecovery = false;
        while (rows.next()) {
            if (rows.getString(1) != null) {
                roles.add(role(rows));
            }
            hasPolicies = rows.getBoolean(9);
            inRecovery = rows.getBoolean(10);
            for (String name : LIMITS) {
                limits.put(name, rows.getInt(FIRST_LIMIT + LIMITS.indexOf(name)));
            }
        }
        return new ServerFacts(roles, hasPolicies, inRecovery, limits);
    }

    private static Role role(ResultSet row) throws SQLException {
        Set<Attribute> attributes = EnumSet.noneOf(Attribute.class);
        for (Attribute attribute : Attribute.values()) {
            if (row.getBoolean(2 + attribute.ordinal())) {
                attributes.add(attribute);
            }
        }
        // A name that the server chose is shown to people, in a log's line.
        String owner = row.getString(7) == null ? null : row.getString(7).replaceAll("\\p{Cntrl}", "?");
        String defaults = row.getString(8);
        return new Role(row.getString(1), attributes, Optional.ofNullable(owner), defaults == null ? "" : defaults);
    }
}
