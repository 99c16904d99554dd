package dev.penstock.pool;

import dev.penstock.connect.Purpose;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which of a node's idle connections are closed. Both pools together keep {@code pool_size} connections, or as many as were in use at once
 * during the last {@code idle_timeout} if those were more. A pool that lent nothing for so long while its sibling lent keeps none.
 *
 * <p>HikariCP's own rule is off: it counts idle connections instead of open ones, looks every 30 s, and asks when each was last used, so that threads
 * which return to the connection that they had before keep every one of them.
 *
 * <p>Concurrency: one thread looks; any may ask what is kept.
 */
final class KeepRule {
    private final long windowNanos;
    private volatile int size;

    /** The latest is last; earlier ones that are not higher say nothing. */
    private final Deque<Peak> peaks = new ArrayDeque<>();

    private final Use writes = new Use();
    private final Use reads = new Use();
    private volatile Kept kept;

    /** Nothing is kept before {@link #size(int)}. */
    KeepRule(Duration idleTimeout) {
        this.windowNanos = idleTimeout.toNanos();
        this.kept = new Kept(0, true, true);
    }

    /** Makes {@code pool_size} known, before the first look. */
    void size(int known) {
        size = known;
        kept = new Kept(known, true, true);
    }

    /** How many were in use at once in the time up to that moment. */
    private record Peak(long nanos, int inUse) {}

    private record Kept(int together, boolean writes, boolean reads) {}

    /**
     * One pool at one moment.
     *
     * @param lent how often a connection was lent so far
     */
    record Pool(int open, int idle, long lent) {
        static final Pool NONE = new Pool(0, 0, 0);
    }

    /** How many idle connections each pool closes. */
    record Surplus(int writes, int reads) {}

    /** Since when a pool is not needed. */
    private static final class Use {
        private boolean seen;
        private long lent;
        private long lastNanos;

        /** How long ago it was last needed; a pool is taken for needed when it is seen for the first time. */
        long unneeded(long now, Pool pool) {
            if (!seen || pool.lent != lent || pool.open > pool.idle) {
                seen = true;
                lent = pool.lent;
                lastNanos = now;
            }
            return now - lastNanos;
        }
    }

    /**
     * To be asked once a second.
     *
     * @param now {@link System#nanoTime()}
     * @param inUse the most connections that were in use at once, over both pools, since the last call
     */
    Surplus look(long now, int inUse, Pool writePool, Pool readPool) {
        int together = Math.max(size, peak(now, inUse));
        long noWrites = writes.unneeded(now, writePool);
        long noReads = reads.unneeded(now, readPool);
        boolean keepsWrites = noWrites < windowNanos || noReads >= windowNanos;
        boolean keepsReads = noReads < windowNanos || noWrites >= windowNanos;
        kept = new Kept(together, keepsWrites, keepsReads);
        int fromWrites = keepsWrites ? 0 : writePool.idle;
        int fromReads = keepsReads ? 0 : readPool.idle;
        int surplus = writePool.open + readPool.open - fromWrites - fromReads - together;
        while (surplus > 0 && fromWrites + fromReads < writePool.idle + readPool.idle) {
            // The pool with more idle connections gives one up.
            if (writePool.idle - fromWrites >= readPool.idle - fromReads) {
                fromWrites++;
            } else {
                fromReads++;
            }
            surplus--;
        }
        return new Surplus(fromWrites, fromReads);
    }

    private int peak(long now, int inUse) {
        while (!peaks.isEmpty() && peaks.getLast().inUse <= inUse) {
            peaks.removeLast();
        }
        peaks.addLast(new Peak(now, inUse));
        while (now - peaks.getFirst().nanos >= windowNanos) {
            peaks.removeFirst();
        }
        return peaks.getFirst().inUse;
    }

    /** Whether a connection for {@code purpose} is missed that has just ended, with so many open beside it on the node. */
    boolean misses(Purpose purpose, int open) {
        Kept now = kept;
        boolean keepsAny = purpose == Purpose.READ ? now.reads : now.writes;
        return keepsAny && open < now.together;
    }
}
