package dev.penstock.pool;

import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Who hears of one pool. Thread-safe.
 *
 * <p>Concurrency: {@code this} guards {@code heard}; {@code all} is read without it. A listener is asked without the lock, because what it
 * does may wait for another thread that adds or removes one.
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

    /** Asks the listener once, however many threads add it at the same time; an answer that comes after its removal is dropped. */
    void add(DatabaseListener listener) {
        PoolListener unanswered = new PoolListener() {};
        if (reserve(listener, unanswered)) {
            answered(listener, unanswered, ask(listener));
        }
    }

    private synchronized boolean reserve(DatabaseListener listener, PoolListener unanswered) {
        return heard.putIfAbsent(listener, unanswered) == null;
    }

    private synchronized void answered(DatabaseListener listener, PoolListener unanswered, PoolListener answer) {
        if (heard.get(listener) == unanswered) {
            heard.put(listener, answer);
            all = PoolListeners.of(heard);
        }
    }

    /** A listener that fails hears nothing; the node is no worse for it. */
    private PoolListener ask(DatabaseListener listener) {
        try {
            return listener.poolListener(node, purpose);
        } catch (Throwable e) {
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
