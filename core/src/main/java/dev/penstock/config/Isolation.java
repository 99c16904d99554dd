package dev.penstock.config;

import java.sql.Connection;

/** PostgreSQL's isolation levels; its READ UNCOMMITTED is READ COMMITTED. */
public enum Isolation {
    /** Each statement sees what was committed before it began. */
    READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
    /** All statements see what was committed before the first one began. */
    REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ),
    /** As if one transaction ran after the other. A replica cannot do it (0A000), so such reads go to the primary. */
    SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE);

    private final int jdbcLevel;

    Isolation(int jdbcLevel) {
        this.jdbcLevel = jdbcLevel;
    }

    /** The constant of {@link Connection}. */
    public int jdbcLevel() {
        return jdbcLevel;
    }
}
