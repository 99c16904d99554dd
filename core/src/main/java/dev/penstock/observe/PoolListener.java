package dev.penstock.observe;

/**
 * Hears what becomes of the connections of one node for one purpose. Every method does nothing by default.
 *
 * <p>Unlike the events of {@link DatabaseListener}, these calls come at once and from many threads, among them those that borrow: they must be
 * safe for that, take less than a microsecond, and wait for nothing. Whatever they throw, an {@link Error} included, is
 * logged and goes no further.
 *
 * <p>Times are in nanoseconds. Under more than some ten thousand borrows a second they are told in whole milliseconds, up or down in such
 * a way that their sum stays right.
 */
public interface PoolListener {
    /** Hears nothing. */
    PoolListener NONE = new PoolListener() {};

    /**
     * A caller got a connection.
     *
     * @param nanos since the call, with everything that it waited for: a primary, its turn, another node, a new connection
     */
    default void acquired(long nanos) {}

    /** A borrow has to queue: every connection that it may have is in use. */
    default void queued() {}

    /** A caller's time was over while it waited here. */
    default void timedOut() {}

    /** A connection came back, or ended while it was lent, after {@code nanos}. */
    default void returned(long nanos) {}

    /** A connection was opened, which took {@code nanos}. */
    default void opened(long nanos) {}

    /** A connection could not be opened. */
    default void openFailed(ConnectFailure why) {}

    /** A connection has ended. */
    default void closed(CloseReason reason) {}

    /**
     * The server refused a statement because it, or a session for reads, is read-only (25006). What is refused on a session that its
     * borrower made read-only is their statement's error, and is not told.
     */
    default void refusedAsReadOnly() {}
}
