package dev.penstock.connect;

import dev.penstock.config.Pooler;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * What is known of the server behind a session without asking it. A pooler may change the server from one borrow to the next, so there nothing
 * is remembered. Used by one borrower at a time.
 */
public final class ServerReport {
    private final PGConnection session;
    private final boolean mayChangeServer;
    private boolean outOfRecovery;
    private @Nullable String identity;

    ServerReport(PGConnection session, Pooler pooler) {
        this.session = session;
        this.mayChangeServer = pooler != Pooler.NONE;
    }

    /**
     * Whether it is a replica, as it reported with its last answer (PostgreSQL 14 and newer). Free, but only as fresh as that. Once it is none
     * it stays none: a server that goes back into recovery has ended its sessions before.
     */
    boolean isInHotStandby() {
        if (outOfRecovery) {
            return false;
        }
        boolean standby = "on".equals(session.getParameterStatus("in_hot_standby"));
        outOfRecovery = !standby && !mayChangeServer;
        return standby;
    }

    /** Whether it has said that its sessions may write, so that a transaction that may not was made so by whoever began it. */
    boolean letsWrite() {
        return !mayChangeServer
                && "off".equals(session.getParameterStatus("in_hot_standby"))
                && "off".equals(session.getParameterStatus("default_transaction_read_only"));
    }

    /** Whether it is the running server {@code known}, by what somebody learned over this session. */
    public boolean isKnownAs(String known) {
        return known.equals(identity);
    }

    /** It said that it is {@code server}. */
    public void learnIdentity(String server) {
        identity = mayChangeServer ? null : server;
    }
}
