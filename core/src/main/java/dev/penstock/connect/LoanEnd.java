package dev.penstock.connect;

/** What is done once when a lent session comes back, in whatever way. One for many loans, so that none is made for a borrow. */
@FunctionalInterface
public interface LoanEnd {
    /** @param lentAt as it was given when the session was lent */
    void over(long lentAt);
}
