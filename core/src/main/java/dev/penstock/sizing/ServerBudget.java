package dev.penstock.sizing;

import java.util.OptionalInt;

/**
 * How many sessions a server admits. Immutable and pure.
 *
 * @param maxConnections the server's {@code max_connections}
 * @param superuserReservedConnections slots kept for superusers; 3 by default in PostgreSQL
 * @param reservedConnections slots kept for {@code pg_use_reserved_connections}; 0 before PostgreSQL 16, which has none
 * @param roleLimit sessions of the role on all databases together ({@code ALTER ROLE ... CONNECTION LIMIT}); empty when
 *     there is none or it may not be seen
 * @param databaseLimit sessions of all roles in the database ({@code ALTER DATABASE ... CONNECTION LIMIT}); empty likewise
 */
public record ServerBudget(
        int maxConnections,
        int superuserReservedConnections,
        int reservedConnections,
        OptionalInt roleLimit,
        OptionalInt databaseLimit) {

    /** Slots for ordinary roles, whoever uses them. */
    public int usable() {
        return Math.max(0, maxConnections - superuserReservedConnections - reservedConnections);
    }

    /**
     * The share of one instance: {@code floor((usable - others) / (instances + deploySurge))}.
     *
     * @param others sessions of others that must fit as well
     * @param instances that run all the time, at least 1
     * @param deploySurge instances that run besides while a deploy replaces them
     */
    public int perInstance(int others, int instances, int deploySurge) {
        Connections.positive("instances", instances);
        return Math.max(0, usable() - others) / (instances + deploySurge);
    }
}
