package dev.penstock.observe;

/** Why a pooled connection ended. Closed. */
public enum CloseReason {
    /** It was as old as {@code pool_recycle} allows; nothing else had ended it. */
    LIFETIME,
    /**
     * It was idle, and open beyond {@code pool_size} and what was in use at once during {@code idle_timeout}; or its purpose was not used for
     * so long, or the other purpose needed its place.
     */
    IDLE,
    /** It, its server or what it was used for had failed. */
    BROKEN,
    /** Its node lost its role, went down, was fenced or left, after it had been opened. */
    ROLE_CHANGE,
    /** It was replaced after a change of the TLS files, or set aside after a call's deadline. */
    RETIRED,
    /** The database was closed, or its node had left. */
    SHUTDOWN
}
