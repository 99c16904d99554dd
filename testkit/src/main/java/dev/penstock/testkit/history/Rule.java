package dev.penstock.testkit.history;

/** What a history is held against. */
public enum Rule {
    /** An acknowledged write is in the final table, or among what a failover is known to have lost. */
    ACKNOWLEDGED_WRITE_KEPT,
    /** No write is executed twice. */
    WRITTEN_ONCE,
    /** Only the primary executes writes; a node that was replaced executes nothing that began after that was known. */
    EXECUTED_BY_THE_PRIMARY,
    /** A write that certainly failed left nothing. */
    FAILED_WRITE_ABSENT,
    /** A read shows what somebody committed. */
    READ_WAS_WRITTEN,
    /** {@link Promise#READ_YOUR_WRITES}. */
    OWN_WRITE_READ,
    /** {@link Promise#MONOTONIC_READS}. */
    READ_NOT_BACKWARDS,
    /** {@link Promise#READS_SUCCEED}. */
    READ_SERVED,
    /** A call ends within its deadline. */
    ENDED_IN_TIME
}
