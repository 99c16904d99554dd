package dev.penstock.config;

/** Where a read would like to go, when more than one node could serve it. */
public enum ReadPreference {
    /** The primary, and nowhere else. */
    PRIMARY,
    /** The primary; a replica while there is no primary. */
    PRIMARY_PREFERRED,
    /** A replica that is fresh enough; the primary when there is none. The default. */
    REPLICA_PREFERRED,
    /** A replica that is fresh enough, and nowhere else: for reports that must not weigh on the primary. */
    REPLICA_ONLY
}
