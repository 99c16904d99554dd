package dev.penstock.routing;

import dev.penstock.observe.DatabaseListener;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Calls the listeners on a thread of their own, one event after the other, so that what they do delays neither routing nor
 * the monitors. Thread-safe. Bounded: a listener that never returns costs events, which the log says.
 */
final class Events implements AutoCloseable {
    private static final int QUEUED = 1000;

    private final List<DatabaseListener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUED), Events::daemon, this::dropped);

    Events() {
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-events");
        thread.setDaemon(true);
        return thread;
    }

    private void dropped(Runnable event, ThreadPoolExecutor executor) {
        if (!executor.isShutdown()) {
            dropped.increment();
            RoutingLog.LOG.warn("An event was dropped: {} earlier ones wait for a listener to return", QUEUED);
        }
    }

    void add(DatabaseListener listener) {
        listeners.add(listener);
    }

    void remove(DatabaseListener listener) {
        listeners.remove(listener);
    }

    /** Whether anybody listens. */
    boolean areHeard() {
        return !listeners.isEmpty();
    }

    /** Events that nobody heard. */
    long droppedSoFar() {
        return dropped.sum();
    }

    /** At once and on the calling thread, for what may come too often to be queued. */
    void tellNow(String name, Consumer<DatabaseListener> event) {
        listeners.forEach(listener -> tellOne(name, listener, event));
    }

    void tell(String name, Consumer<DatabaseListener> event) {
        if (!listeners.isEmpty()) {
            thread.execute(() -> listeners.forEach(listener -> tellOne(name, listener, event)));
        }
    }

    private static void tellOne(String name, DatabaseListener listener, Consumer<DatabaseListener> event) {
        try {
            event.accept(listener);
        } catch (Throwable e) {
            RoutingLog.LOG.warn("A listener failed at {}", name, e);
        }
    }

    /** Events already told are still delivered, for at most a second. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
