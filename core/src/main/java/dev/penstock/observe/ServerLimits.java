package dev.penstock.observe;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a server said it admits, and who was connected when it was asked. Immutable.
 *
 * @param maxConnections {@code max_connections}; empty when it did not say
 * @param superuserReservedConnections {@code superuser_reserved_connections}
 * @param reservedConnections {@code reserved_connections}; 0 before PostgreSQL 16, which has none
 * @param roleLimit the role's connection limit; empty when it has none or may not see it
 * @param databaseLimit the database's connection limit; empty likewise
 * @param liveInstances distinct application names of this service, this process included; empty when they name no instance
 * @param otherSessions sessions of everybody else; empty when they may not be seen
 * @param unseen what it did not tell, and why: one sentence each, without a period at the end
 */
public record ServerLimits(
        OptionalInt maxConnections,
        int superuserReservedConnections,
        int reservedConnections,
        OptionalInt roleLimit,
        OptionalInt databaseLimit,
        OptionalInt liveInstances,
        OptionalInt otherSessions,
        List<String> unseen) {
    public ServerLimits {
        unseen = List.copyOf(unseen);
    }

    /** It told nothing. */
    public static ServerLimits untold(String why) {
        OptionalInt none = OptionalInt.empty();
        return new ServerLimits(none, 0, 0, none, none, none, none, List.of(why));
    }
}
