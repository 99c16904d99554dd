package dev.penstock.config;

/** {@code read_role}: who the sessions that only read log in as. */
public enum ReadRole {
    /** The role that writes. Grants and row-level policies are the same on both sides; the default. */
    USER,
    /** {@code ro_user}: a role that may only read. */
    RO_USER
}
