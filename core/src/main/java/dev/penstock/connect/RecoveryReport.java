package dev.penstock.connect;

import dev.penstock.config.Pooler;
import org.postgresql.PGConnection;

/**
 * What a session's server last reported of itself with any answer (PostgreSQL 14 and newer): whether it is a replica. Free, but only as fresh as
 * the last round trip. Once off it stays off: a server that goes back into recovery has ended its sessions before. A pooler may
 * have changed the server behind the session, so there it is looked up every time. Not thread-safe.
 */
final class RecoveryReport {
    private final PGConnection session;
    private final boolean mayChangeServer;
    private boolean out;

    RecoveryReport(PGConnection session, Pooler pooler) {
        this.session = session;
        this.mayChangeServer = pooler != Pooler.NONE;
    }

    boolean isInHotStandby() {
        if (out) {
            return false;
        }
        boolean standby = "on".equals(session.getParameterStatus("in_hot_standby"));
        out = !standby && !mayChangeServer;
        return standby;
    }
}
