package dev.penstock.topology;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The extent to which a server tells of itself: PostgreSQL tells everything, unless an administrator has closed a function to the roles that ask. */
enum Disclosure {
    /** Everything that is asked for. */
    FULL(true, true, null),
    /** Not what proves the timeline that a replica follows. */
    NO_TIMELINE(
            true,
            false,
            "pg_control_checkpoint(), pg_control_recovery() or pg_stat_wal_receiver is closed to the role: the timeline that a replica"
                    + " follows is not proven, so the primary serves the reads that follow a write"),
    /** Not the cluster that it belongs to. */
    NO_IDENTITY(
            true,
            false,
            "pg_control_system() is closed to the role: another cluster is not recognised, and the primary serves the reads that"
                    + " follow a write"),
    /** Not where its log stands. */
    NO_POSITIONS(
            false,
            false,
            "the functions that tell WAL positions are closed to the role: lag is unknown here, max_lag has no effect, and a former primary"
                    + " is not recognised"),
    /** Aurora's replicas read the primary's storage instead of replaying its log. */
    AURORA(
            false,
            false,
            "Aurora does not tell WAL positions that can be compared: lag is unknown here,"
                    + " max_lag has no effect, and another cluster is not recognised");

    private final boolean positions;
    private final boolean proof;
    private final @Nullable String note;

    Disclosure(boolean positions, boolean proof, @Nullable String note) {
        this.positions = positions;
        this.proof = proof;
        this.note = note;
    }

    /** Whether its positions can be compared with those of the cluster's other servers. */
    boolean hasPositions() {
        return positions;
    }

    /** Whether its positions prove what is in its log, wherever they were learned. */
    boolean provesPositions() {
        return positions && proof;
    }

    /** What cannot be known, and what follows from that; empty when there is nothing. */
    Optional<String> note() {
        return Optional.ofNullable(note);
    }
}
