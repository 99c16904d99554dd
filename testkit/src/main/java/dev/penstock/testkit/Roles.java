package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The roles as operators make them, and what each may do in a database of the application.
 *
 * <ul>
 *   <li>{@code appowner} owns the database and its schema {@code app}, and cannot log in;
 *   <li>{@code appuser} reads and writes rows and uses sequences, also in tables that will be made later;
 *   <li>{@code backupuser} only reads;
 *   <li>{@code migrator} is a member of {@code appowner}, for schema changes after {@code SET ROLE appowner};
 *   <li>{@code replicator} streams.
 * </ul>
 */
final class Roles {
    static final String DATABASE = "appdb";
    static final String SUPERUSER = "postgres";
    static final String OWNER = "appowner";
    static final String APPLICATION = "appuser";
    static final String BACKUP = "backupuser";
    static final String MIGRATOR = "migrator";
    static final String REPLICATOR = "replicator";

    private Roles() {}

    /** Makes the roles; {@code superuser} is connected to any database. */
    static void create(Connection superuser, Passwords passwords) throws SQLException {
        try (Statement statement = superuser.createStatement()) {
            statement.execute("create role " + OWNER + " nologin");
            for (String role : new String[] {APPLICATION, BACKUP, MIGRATOR}) {
                statement.execute("create role " + role + " login" + password(passwords, role));
            }
            statement.execute("grant " + OWNER + " to " + MIGRATOR);
            statement.execute("create role " + REPLICATOR + " login replication" + password(passwords, REPLICATOR));
        }
    }

    private static String password(Passwords passwords, String role) {
        return " password '" + passwords.of(role).replace("'", "''") + "'";
    }

    /** Makes an empty database; {@code superuser} is connected to another one. */
    static void createDatabase(Connection superuser, String database) throws SQLException {
        try (Statement statement = superuser.createStatement()) {
            statement.execute("create database " + database + " owner " + OWNER);
            statement.execute("alter database " + database + " set search_path = app, public");
        }
    }

    /** Makes schema, grants and default privileges; {@code superuser} is connected to that database. */
    static void furnish(Connection superuser, String database) throws SQLException {
        try (Statement statement = superuser.createStatement()) {
            statement.execute(databaseGrants(database));
            // Whoever makes a table (the owner as it should be, the migrator who forgot SET ROLE, the superuser in a
            // test's set-up), the application can use it.
            for (String creator : new String[] {OWNER, MIGRATOR, SUPERUSER}) {
                statement.execute(defaultPrivileges(creator));
            }
        }
    }

    private static String databaseGrants(String database) {
        return """
            revoke all on database %1$s from public;
            grant connect, temporary on database %1$s to appuser, migrator;
            grant connect on database %1$s to backupuser;
            create schema app authorization appowner;
            grant usage on schema app to appuser, backupuser;
            grant select, insert, update, delete on all tables in schema app to appuser;
            grant usage, select, update on all sequences in schema app to appuser;
            grant select on all tables in schema app to backupuser;
            grant select on all sequences in schema app to backupuser
            """.formatted(database);
    }

    private static String defaultPrivileges(String creator) {
        String prefix = "alter default privileges for role " + creator + " in schema app grant ";
        return prefix + "select, insert, update, delete on tables to appuser;"
                + prefix + "usage, select, update on sequences to appuser;"
                + prefix + "select on tables to backupuser;"
                + prefix + "select on sequences to backupuser";
    }
}
