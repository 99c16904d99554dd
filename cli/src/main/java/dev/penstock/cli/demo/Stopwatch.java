package dev.penstock.cli.demo;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The time since a moment, and waiting until a later one. Immutable. */
record Stopwatch(long startNanos) {
    private static final long STEP_NANOS = 20_000_000;

    static Stopwatch start() {
        return new Stopwatch(System.nanoTime());
    }

    Duration elapsed() {
        return since(System.nanoTime());
    }

    Duration since(long nanos) {
        return Duration.ofNanos(nanos - startNanos);
    }

    void awaitElapsed(Duration moment) throws InterruptedException {
        while (elapsed().compareTo(moment) < 0) {
            pause(STEP_NANOS);
        }
    }

    static void pause(long nanos) throws InterruptedException {
        LockSupport.parkNanos(nanos);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
