package dev.penstock.pool;

import dev.penstock.config.PoolConfig;
import dev.penstock.sizing.PoolSplit;
import java.time.Duration;

/** What both pools of one node have in common. Its size may be found after it was made; see {@link #size(PoolSplit)}. */
record Shared(Times times, Slots slots, KeepRule keep) {
    Shared(Times times) {
        this(times, new Slots(), new KeepRule(times.idle()));
    }

    /**
     * How long a connection lives, stays unused, and is left alone.
     *
     * @param keepalive zero for never
     */
    record Times(Duration recycle, Duration idle, Duration keepalive) {
        static Times of(PoolConfig config) {
            return new Times(config.recycle(), config.idleTimeout(), config.keepalive());
        }
    }

    /** Makes the size known; to be called once. */
    void size(PoolSplit known) {
        keep.size(known.poolSize());
        slots.open(known);
    }

    boolean isSized() {
        return slots.areOpen();
    }

    /** The connections that are kept, over both pools; 0 before the size is known. */
    int size() {
        return slots.kept();
    }

    /** The most connections, over both pools; 0 before the size is known. */
    int ceiling() {
        return slots.ceiling();
    }
}
