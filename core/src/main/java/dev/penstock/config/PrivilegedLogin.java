package dev.penstock.config;

/** {@code privileged_login}: the answer to a role that logs in and that no grant or policy holds (SUPERUSER, BYPASSRLS). */
public enum PrivilegedLogin {
    /**
     * The role is told, in the log once and in the status for as long as it is so; the default, because managed platforms hand out such roles, and a
     * fact of the server must not keep a process from being restarted at night.
     */
    WARN,
    /** Opening fails. A role that is given such a right later is told, and its process goes on. */
    REFUSE
}
