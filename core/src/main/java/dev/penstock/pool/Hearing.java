package dev.penstock.pool;

import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Who hears of one pool. Thread-safe.
 *
 * <p>Concurrency: {@code this} guards {@code heard}; {@code all} is read without it.
 */
final class Hearing {
    private final String node;
    private final String purpose;
    private final Map<DatabaseListener, PoolListener> heard = new IdentityHashMap<>();
    private volatile PoolListener all = PoolListener.NONE;

    Hearing(String node, String purpose) {
        this.node = node;
        this.purpose = purpose;
    }

    synchronized void add(DatabaseListener listener) {
        heard.computeIfAbsent(listener, this::ask);
        all = PoolListeners.of(heard);
    }

    /** A listener that fails hears nothing; the node is no worse for it. */
    private PoolListener ask(DatabaseListener listener) {
        try {
            return listener.poolListener(node, purpose);
        } catch (RuntimeException e) {
            PoolLog.LOG.warn("A listener failed at poolListener", e);
            return PoolListener.NONE;
        }
    }

    synchronized void remove(DatabaseListener listener) {
        heard.remove(listener);
        all = PoolListeners.of(heard);
    }

    /** {@link PoolListener#NONE} when nobody does. */
    PoolListener now() {
        return all;
    }
}
