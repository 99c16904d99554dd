package dev.penstock.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A point in time after which waiting ends with an error that says what was waited for. */
final class Deadline {
    private static final long POLL_NANOS = Duration.ofMillis(4).toNanos();

    private final Duration limit;
    private final long endNanos;

    private Deadline(Duration limit) {
        this.limit = limit;
        this.endNanos = System.nanoTime() + limit.toNanos();
    }

    static Deadline in(Duration limit) {
        return new Deadline(limit);
    }

    boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Asks every 4 ms until the answer is yes; {@code false} when the time is over first. */
    boolean waitFor(Question question) {
        while (!question.isTrue()) {
            if (isOver() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }

    /** As {@link #waitFor}, with an exception when the time is over. */
    void require(Question question, Supplier<String> failure) {
        if (!waitFor(question)) {
            String why = Thread.currentThread().isInterrupted() ? "interrupted" : "not within " + limit;
            throw new PostgresClusterException(failure.get() + " (" + why + ")");
        }
    }

    /** A condition that is polled. */
    interface Question {
        boolean isTrue();
    }
}
