package dev.penstock.testkit;

/** What the other replicas do when one of them is promoted. */
public enum Followers {
    /** They are pointed at the new primary, as a cluster manager does. */
    FOLLOW,
    /** They keep asking the old primary, until {@link PostgresNode#restoreReplication()} or a restart. */
    STAY
}
