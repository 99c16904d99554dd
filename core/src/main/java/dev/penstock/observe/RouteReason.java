package dev.penstock.observe;

/** Why a piece of work went where it went. Closed: every decision has one of these, and they are counted. */
public enum RouteReason {
    /** A write, on the primary. */
    WRITE,
    /** A read, on a replica that is fresh enough. */
    REPLICA,
    /** A read, on a replica that it had waited for to catch up with its token. */
    REPLICA_AFTER_WAIT,
    /** A read that prefers the primary, on a replica: there is no primary. */
    NO_PRIMARY,
    /** A read on the primary, because its options ask for it. */
    PRIMARY_ASKED_FOR,
    /** A read on the primary, as one of the readers ({@code primary_read_weight}). */
    PRIMARY_AS_READER,
    /** A read on the primary: there is no replica, or none that may serve reads. */
    NO_REPLICA,
    /** A read on the primary: every replica is down, slow, fenced, or not yet known. */
    REPLICAS_DOWN,
    /** A read on the primary: every replica that answers is further behind than {@code max_lag} or the read's own bound. */
    REPLICAS_BEHIND,
    /** A read on the primary: it has just failed on every replica, or they open no connection in time. */
    REPLICAS_FAILED,
    /** A read on the primary: no replica had what its token stands for in time. */
    TOKEN_NOT_REACHED,
    /** A read on the primary: its token is of another timeline or cluster, and proves nothing here. */
    TOKEN_UNPROVEN,
    /** A read on the primary: its session wrote something whose place in the log is not known yet. */
    WRITE_PENDING,
    /** A read on the primary: it is SERIALIZABLE, as its options or the role's own default say, or its connection is to hold what belongs to the primary (savepoints, large objects, the driver's own calls). */
    NOT_ON_REPLICAS
}
