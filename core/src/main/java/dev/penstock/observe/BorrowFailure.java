package dev.penstock.observe;

/** Why a caller got no connection. Closed. */
public enum BorrowFailure {
    /** The time of the call was over. */
    TIMEOUT,
    /** {@code max_waiting} callers waited already. */
    REJECTED,
    /** The calling thread was interrupted. */
    INTERRUPTED,
    /** It could not have helped to wait: the database is closed, a login is refused, no replica is fresh enough. */
    ERROR
}
