package dev.penstock.pool;

import dev.penstock.config.PoolConfig;
import dev.penstock.connect.NodeConnection;
import dev.penstock.observe.CloseReason;

/** Why one pooled connection ended: Hikari closes it and does not say. Immutable. */
final class ConnectionLife {
    /** Hikari takes up to a fortieth from a connection's life, so that they do not all end at once. */
    private static final double SHORTEST = 0.97;

    private final PoolConfig config;
    private final long opened = System.nanoTime();

    ConnectionLife(PoolConfig config) {
        this.config = config;
    }

    /** By what is left: a connection that nothing else has ended was too old, or nobody had needed it for long enough. */
    CloseReason reason(NodeConnection connection) {
        if (connection.isBroken() || connection.endedWhileLent()) {
            return CloseReason.BROKEN;
        }
        if (connection.isRetired()) {
            return CloseReason.RETIRED;
        }
        if (connection.isOfEarlierEpoch()) {
            return CloseReason.ROLE_CHANGE;
        }
        long age = System.nanoTime() - opened;
        if (age >= config.recycle().toNanos() * SHORTEST) {
            return CloseReason.LIFETIME;
        }
        return age >= config.idleTimeout().toNanos() ? CloseReason.IDLE : CloseReason.OTHER;
    }
}
