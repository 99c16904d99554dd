package dev.penstock.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy does to the bytes that pass. One lock (this object) guards all fields; a pump that finds its direction shut
 * waits on it. Nothing else is locked and no I/O is done meanwhile.
 */
final class ProxyFaults {
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Set<Direction> shut = EnumSet.noneOf(Direction.class);
    private Duration delay = Duration.ZERO;
    private long bytesPerSecond = Long.MAX_VALUE;
    private @Nullable Trap trap;
    private long forgottenAfterNanos = Long.MAX_VALUE;

    private record Trap(String clientText, Direction direction) {}

    synchronized void delay(Duration each) {
        delay = each;
    }

    synchronized Duration delay() {
        return delay;
    }

    synchronized void throttle(long limit) {
        bytesPerSecond = limit;
    }

    synchronized long bytesPerSecond() {
        return bytesPerSecond;
    }

    synchronized void forgetIdle(Duration after) {
        forgottenAfterNanos = after.toNanos();
    }

    synchronized boolean isForgotten(long idleNanos) {
        return idleNanos > forgottenAfterNanos;
    }

    synchronized void shut(Direction direction) {
        shut.add(direction);
    }

    synchronized void setTrap(String clientText, Direction direction) {
        trap = new Trap(clientText, direction);
    }

    /** Called with what a client sent, before it is passed on. */
    synchronized void clientSent(byte[] bytes, int length) {
        if (trap != null && new String(bytes, 0, length, StandardCharsets.ISO_8859_1).contains(trap.clientText)) {
            shut.add(trap.direction);
            trap = null;
        }
    }

    synchronized void heal() {
        shut.clear();
        delay = Duration.ZERO;
        bytesPerSecond = Long.MAX_VALUE;
        trap = null;
        forgottenAfterNanos = Long.MAX_VALUE;
        notifyAll();
    }

    /** Wakes those who wait, to look whether their connection is still there. */
    synchronized void wake() {
        notifyAll();
    }

    /** Returns when bytes may pass in that direction, or {@code gone}. */
    synchronized void awaitOpen(Direction direction, BooleanSupplier gone) throws InterruptedException {
        while (shut.contains(direction) && !gone.getAsBoolean()) {
            wait();
        }
    }

    /** Waits until that moment of {@link System#nanoTime()}, or {@code gone}. */
    static void awaitMoment(long nanoTime, BooleanSupplier gone) {
        for (long left = nanoTime - System.nanoTime(); left > 0 && !gone.getAsBoolean(); ) {
            LockSupport.parkNanos(Math.min(left, LONGEST_NAP_NANOS));
            left = nanoTime - System.nanoTime();
        }
    }
}
