package dev.penstock.observe;

/**
 * The connections of one node and purpose at one moment; the numbers are read one after another and may differ by the
 * work of a few microseconds. Immutable.
 *
 * @param purpose {@code read} or {@code write}
 * @param size {@code pool_size}: the connections that are kept to the node, over both purposes
 * @param checkedOut connections that callers hold
 * @param checkedIn idle connections
 * @param open connections open to the node, over both purposes
 * @param waiting callers that wait for a connection of this purpose on this node
 * @param invalid connections discarded as broken since the start; those that were too old or idle, or whose node lost its
 *     role, do not count
 * @param borrowed how often a connection was handed out since the start; also to look whether a replica has what a session wrote
 * @param returned how often one came back, or ended while a caller held it, since the start
 */
public record PoolSnapshot(
        String purpose,
        int size,
        int checkedOut,
        int checkedIn,
        int open,
        int waiting,
        long invalid,
        long borrowed,
        long returned) {
    /** Connections open to the server for this purpose. */
    public int total() {
        return checkedOut + checkedIn;
    }

    /** Connections open to the node beyond {@code size}, over both purposes. */
    public int overflow() {
        return Math.max(0, open - size);
    }

    /** One line, in the words operators know. */
    @Override
    public String toString() {
        return purpose + ": size=" + size + ", checked in=" + checkedIn + ", checked out=" + checkedOut + ", overflow="
                + overflow() + ", invalid=" + invalid + ", waiting=" + waiting;
    }
}
