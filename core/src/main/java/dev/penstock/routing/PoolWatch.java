package dev.penstock.routing;

import dev.penstock.pool.NodePools;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Measures what the pools do, window by window, and has them close what is idle, on one thread of its own. */
final class PoolWatch implements AutoCloseable {
    private static final long SAMPLE_MILLIS = 100;
    private static final long IDLE_MILLIS = 1000;

    private final Collection<NodePools> pools;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, PoolWatch::daemon, new ThreadPoolExecutor.DiscardPolicy());
    private volatile Runnable windowEnded = () -> {};
    private final long samples;
    private long taken;

    /** @param pools as they are at each moment */
    PoolWatch(Collection<NodePools> pools, Duration window) {
        this.pools = pools;
        this.samples = Math.max(1, window.toMillis() / SAMPLE_MILLIS);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-pools");
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        thread.scheduleAtFixedRate(this::round, SAMPLE_MILLIS, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(this::closeIdle, IDLE_MILLIS, IDLE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Called on this watch's thread whenever a window is over. */
    void onWindow(Runnable listener) {
        windowEnded = listener;
    }

    private void round() {
        try {
            pools.forEach(ofNode -> ofNode.meter().sample());
            taken++;
            if (taken == samples) {
                taken = 0;
                pools.forEach(ofNode -> ofNode.meter().endWindow());
                windowEnded.run();
            }
        } catch (RuntimeException | Error e) {
            // The executor would stop in silence; measuring goes on.
            RoutingLog.LOG.warn("The measured load could not be judged", e);
        }
    }

    private void closeIdle() {
        for (NodePools ofNode : pools) {
            try {
                ofNode.closeIdle(System.nanoTime());
            } catch (RuntimeException | Error e) {
                // The executor would stop in silence; the next second comes.
                RoutingLog.LOG.warn("Idle connections of {} could not be closed", ofNode.node(), e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
