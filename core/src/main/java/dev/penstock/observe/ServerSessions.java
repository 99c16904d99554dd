package dev.penstock.observe;

import java.util.OptionalInt;

/**
 * The client sessions of a server, everybody's, when it was last asked. Immutable.
 *
 * @param active that run a statement
 * @param idle that wait for one
 * @param idleInTransaction that wait for one within a transaction, failed or not
 * @param hidden of other roles, whose state this one may not see ({@code pg_read_all_stats} would let it)
 * @param other in any other state
 * @param maxConnections {@code max_connections}
 * @param reserved {@code superuser_reserved_connections} and {@code reserved_connections} together
 */
public record ServerSessions(
        OptionalInt active,
        OptionalInt idle,
        OptionalInt idleInTransaction,
        OptionalInt hidden,
        OptionalInt other,
        OptionalInt maxConnections,
        int reserved) {
    private static final OptionalInt NONE = OptionalInt.empty();

    /** Nothing was told yet, or nothing may be seen. */
    public static final ServerSessions UNSEEN = new ServerSessions(NONE, NONE, NONE, NONE, NONE, NONE, 0);

    /** What is known before the sessions were asked for. */
    public static ServerSessions of(ServerLimits limits) {
        return new ServerSessions(
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                limits.maxConnections(),
                limits.superuserReservedConnections() + limits.reservedConnections());
    }

    /** Slots for ordinary roles, whoever uses them; empty when the server did not say. */
    public OptionalInt usable() {
        return maxConnections.isPresent()
                ? OptionalInt.of(Math.max(0, maxConnections.getAsInt() - reserved))
                : OptionalInt.empty();
    }
}
