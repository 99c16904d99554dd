package dev.penstock.testkit.history;

/** What a caller was promised beyond what holds for every call. */
public enum Promise {
    /** A read shows every acknowledged write of its own session. */
    READ_YOUR_WRITES,
    /** A read shows at least what an earlier read of its session showed. */
    MONOTONIC_READS,
    /**
     * A read does not fail as long as one node can serve it. With one of the other promises that is the primary, since the
     * replicas that are left may not have what the session must see.
     */
    READS_SUCCEED
}
