package dev.penstock.pool;

import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Several listeners of one pool as one, of which none can harm whoever works. Immutable. */
final class PoolListeners implements PoolListener {
    private final PoolListener[] listeners;

    private PoolListeners(List<PoolListener> listeners) {
        this.listeners = listeners.toArray(PoolListener[]::new);
    }

    /** {@link PoolListener#NONE} when there is none. */
    static PoolListener of(Map<DatabaseListener, PoolListener> heard) {
        List<PoolListener> listeners = new ArrayList<>(heard.values());
        listeners.removeIf(listener -> listener == PoolListener.NONE);
        return listeners.isEmpty() ? PoolListener.NONE : new PoolListeners(listeners);
    }

    /** The frequent ones spell the loop out: a lambda that captures would be made for each borrow. */
    @Override
    public void acquired(long nanos) {
        for (PoolListener listener : listeners) {
            try {
                listener.acquired(nanos);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    @Override
    public void returned(long nanos) {
        for (PoolListener listener : listeners) {
            try {
                listener.returned(nanos);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    @Override
    public void queued() {
        tell(PoolListener::queued);
    }

    @Override
    public void timedOut() {
        tell(PoolListener::timedOut);
    }

    @Override
    public void opened(long nanos) {
        tell(listener -> listener.opened(nanos));
    }

    @Override
    public void openFailed(ConnectFailure why) {
        tell(listener -> listener.openFailed(why));
    }

    @Override
    public void closed(CloseReason reason) {
        tell(listener -> listener.closed(reason));
    }

    @Override
    public void refusedAsReadOnly() {
        tell(PoolListener::refusedAsReadOnly);
    }

    private void tell(Consumer<PoolListener> event) {
        for (PoolListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    /** Everything is caught: an Error of a mismatched library that went on would take the connection with it that is being lent. */
    private static void failed(Throwable thrown) {
        PoolLog.LOG.warn("A listener of a pool failed", thrown);
    }
}
