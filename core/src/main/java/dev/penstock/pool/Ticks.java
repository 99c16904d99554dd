package dev.penstock.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The time, for measuring borrows: exact while they are few, and by the millisecond when they are so many that reading the clock four times for
 * each of them would show. Thread-safe.
 *
 * <p>A time measured by ticks is a whole number of them, and right on average: a borrow of 0.2 ms meets a tick one time in five. Sums and means of
 * many are as good as with an exact clock.
 *
 * <p>Concurrency: {@code tick} is written by the ticking thread alone, which lives for a second at a time and not at all while there is
 * little to measure.
 */
public final class Ticks implements AutoCloseable {
    private static final long TICK_NANOS = 1_000_000;
    private static final int TICKS = 1000;
    private static final long WINDOW_NANOS = 10_000_000;

    /** In one window: ten thousand borrows a second, which read the clock four times each, at 25 ns. */
    static final int MANY = 400;

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile long windowBegan = System.nanoTime();
    private volatile boolean closed;

    /** {@link System#nanoTime()} a moment ago; 0 when it is to be asked. */
    private volatile long tick;

    /** The time by {@link System#nanoTime()}, at most a tick ago; never 0. */
    public long now() {
        long last = tick;
        return last == 0 ? exact() : last;
    }

    /** Whether time passes in ticks just now. */
    boolean isTicking() {
        return ticking.get();
    }

    private long exact() {
        long now = System.nanoTime();
        if (now - windowBegan > WINDOW_NANOS) {
            windowBegan = now;
            reads.set(0);
        } else if (reads.incrementAndGet() > MANY && !closed && ticking.compareAndSet(false, true)) {
            Thread thread = new Thread(this::run, "penstock-ticks");
            thread.setDaemon(true);
            thread.start();
        }
        return now | 1;
    }

    private void run() {
        try {
            for (int i = 0; i < TICKS && !closed; i++) {
                tick = System.nanoTime() | 1;
                LockSupport.parkNanos(this, TICK_NANOS);
            }
        } finally {
            // Whoever measures next finds out anew whether there is much to measure.
            tick = 0;
            reads.set(0);
            ticking.set(false);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
