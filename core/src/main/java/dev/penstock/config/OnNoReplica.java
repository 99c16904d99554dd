package dev.penstock.config;

/** {@code on_no_replica}: where a read goes that no replica can serve. */
public enum OnNoReplica {
    /** To the primary, within {@code primary_read_share} of its connections; the default. */
    PRIMARY,
    /** Nowhere: it fails with 08001. A read whose options ask for the primary still goes there. */
    FAIL
}
