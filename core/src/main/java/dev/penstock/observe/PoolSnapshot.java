package dev.penstock.observe;

/**
 * The connections of one node and purpose at one moment; the numbers are read one after another and may differ by the
 * work of a few microseconds. Immutable.
 *
 * @param purpose {@code read} or {@code write}
 * @param checkedOut connections that callers hold
 * @param checkedIn idle connections
 * @param waiting callers that wait for a connection of this purpose on this node
 */
public record PoolSnapshot(String purpose, int checkedOut, int checkedIn, int waiting) {
    /** Connections open to the server for this purpose. */
    public int total() {
        return checkedOut + checkedIn;
    }
}
