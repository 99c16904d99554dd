package dev.penstock.observe;

/** Why a pooled connection ended. Closed. */
public enum CloseReason {
    /** It was as old as {@code pool_recycle} allows. */
    LIFETIME,
    /** Nobody had needed it for {@code idle_timeout}. */
    IDLE,
    /** It, its server or what it was used for had failed. */
    BROKEN,
    /** Its node lost its role, went down, was fenced or left, after it had been opened. */
    ROLE_CHANGE,
    /** It was replaced after a change of the TLS files, set aside after a call's deadline, or made room for the other purpose. */
    RETIRED,
    /** The database was closed, or its node had left. */
    SHUTDOWN,
    /** Nobody can say. */
    OTHER
}
