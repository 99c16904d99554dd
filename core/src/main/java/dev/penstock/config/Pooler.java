package dev.penstock.config;

/** {@code pooler}: what stands between this process and the server. */
public enum Pooler {
    /** Nothing; the default. */
    NONE,
    /** A pooler that gives a session to one client at a time: everything works. */
    SESSION,
    /** A pooler that gives a session to one transaction at a time, as PgBouncer often does: session state cannot work. */
    TRANSACTION
}
