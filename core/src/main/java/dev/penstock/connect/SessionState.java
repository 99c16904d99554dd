package dev.penstock.connect;

/** What can be said of a session without asking its server, for whoever might give it back early. As thread-safe as the session. */
public interface SessionState {
    /** Whether the server has said that a transaction is open, or has failed and is yet to be rolled back. */
    boolean isTransactionOpen();

    /**
     * Whether its borrower may have left something in it that nobody could set up elsewhere, as far as SQL texts show. A schema or
     * client info set through the connection's own methods is not that.
     */
    boolean isMarked();

    /** What the server last reported of itself. */
    boolean isReportedInHotStandby();

    /** Whether it was opened for reads and cannot write. */
    boolean isReadSession();
}
