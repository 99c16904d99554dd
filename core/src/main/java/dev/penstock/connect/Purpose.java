package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Login;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;

/** What a connection is opened for. Fixed for its life, whatever role its node plays later. */
public enum Purpose {
    /** Transactions on the primary. */
    WRITE("write"),
    /** Reads, on a replica or on the primary; the session starts read-only and cannot write by accident. */
    READ("read"),
    /** The monitor's own connection: never pooled, short deadlines; it sees what the role's sessions begin with, and depends on none of it. */
    MONITOR("monitor"),
    /** A caller's own session outside of the pools: LISTEN, long jobs. No statement deadline. */
    UNPOOLED("unpooled"),
    /** Migrations: as {@code migration_user}, which takes the owner's role. No statement deadline. */
    MIGRATION("migration");

    private final String label;

    Purpose(String label) {
        this.label = label;
    }

    /** The word used in pool names, metrics and messages. */
    public String label() {
        return label;
    }

    boolean isPooled() {
        return this == READ || this == WRITE;
    }

    boolean isReadOnly() {
        return this == READ;
    }

    /** Pools and monitors wait for a statement only so long; a caller's own session may take its time. */
    boolean hasStatementDeadline() {
        return this != UNPOOLED && this != MIGRATION;
    }

    /** Who logs in for this on that server. */
    Login login(DatabaseConfig config, Endpoint endpoint) {
        return switch (this) {
            case READ -> config.readLogin(endpoint);
            case WRITE, MONITOR, UNPOOLED -> config.login(endpoint);
            case MIGRATION -> migrationLogin(config);
        };
    }

    private static Login migrationLogin(DatabaseConfig config) {
        Login migration = config.roles().migration();
        if (migration == null) {
            throw new InvalidConfigException(new Violation(
                    "migration_user",
                    "REQUIRED",
                    "",
                    "must be set to use migrations()",
                    config.provenance().originOf("roles.migration"),
                    "Name a role that may log in and is a member of owner_user, with its password."));
        }
        return migration;
    }
}
