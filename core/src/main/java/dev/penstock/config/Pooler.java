package dev.penstock.config;

/** {@code pooler}: what stands between this process and the servers. */
public enum Pooler {
    /** Nothing; the default. */
    NONE,
    /** A pooler that gives each client a session of its own; nothing has to be left out. */
    SESSION,
    /**
     * A pooler that gives a server session for one transaction only, such as PgBouncer with {@code
     * pool_mode=transaction}. What lives in a session is left out: prepared statements, startup settings, resets.
     */
    TRANSACTION
}
