package dev.penstock.connect;

/**
 * What a server said with a commit. Immutable.
 *
 * @param wrote whether the transaction wrote anything; if not, there is nothing that a later read could miss
 * @param timeline the timeline that it was written on
 * @param position how far a replica has to have replayed the log to have the commit
 */
public record CommitReceipt(boolean wrote, int timeline, long position) {
    /** For a transaction that was never begun at the server. */
    static final CommitReceipt NOTHING = new CommitReceipt(false, 0, 0);
}
