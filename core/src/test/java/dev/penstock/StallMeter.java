package dev.penstock;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What this machine does to a thread that has nothing to do: it wants to wait 10 ms, again and again, and notes how much later it was
 * woken. Everything else that was measured meanwhile was held up at least as long. Thread-safe.
 */
public final class StallMeter implements AutoCloseable {
    private static final long WAIT_NANOS = Duration.ofMillis(10).toNanos();

    /** Less is what a quiet machine does, and would fill the memory. */
    private static final long NOTED_NANOS = Duration.ofMillis(5).toNanos();

    private final ConcurrentSkipListMap<Long, Long> overrunsByEnd = new ConcurrentSkipListMap<>();
    private final long origin = System.nanoTime();
    private final Thread thread = new Thread(this::run, "stall-meter");
    private volatile boolean closed;

    private StallMeter() {}

    public static StallMeter start() {
        StallMeter meter = new StallMeter();
        meter.thread.setDaemon(true);
        meter.thread.start();
        return meter;
    }

    private void run() {
        long begun = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(WAIT_NANOS);
            long now = System.nanoTime();
            long overrun = now - begun - WAIT_NANOS;
            if (overrun > NOTED_NANOS) {
                overrunsByEnd.put(now - origin, overrun);
            }
            begun = now;
        }
    }

    /**
     * What the stalls come to that met that stretch of time: a busy machine stalls again and again.
     *
     * @param from {@link System#nanoTime()}
     * @param until {@link System#nanoTime()}
     */
    public Duration total(long from, long until) {
        long total = 0;
        for (Map.Entry<Long, Long> stall : overrunsByEnd.tailMap(from - origin).entrySet()) {
            total += stall.getKey() - stall.getValue() <= until - origin ? stall.getValue() : 0;
        }
        return Duration.ofNanos(total);
    }

    /**
     * The longest stall that met that stretch of time.
     *
     * @param from {@link System#nanoTime()}
     * @param until {@link System#nanoTime()}
     */
    public Duration longest(long from, long until) {
        long longest = 0;
        for (Map.Entry<Long, Long> stall : overrunsByEnd.tailMap(from - origin).entrySet()) {
            if (stall.getKey() - stall.getValue() > until - origin) {
                break;
            }
            longest = Math.max(longest, stall.getValue());
        }
        return Duration.ofNanos(longest);
    }

    /** The longest stall since the start. */
    public Duration longest() {
        return longest(origin, System.nanoTime());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
