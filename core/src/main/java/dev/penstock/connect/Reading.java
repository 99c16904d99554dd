package dev.penstock.connect;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is read on a thread of its own, because it may hang: a provider of passwords, or a file on a file system that is gone. Used
 * by one thread.
 */
final class Reading<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private Reading(Supplier<T> read) {
        this.thread = new Thread(() -> complete(read), "penstock-open");
        thread.setDaemon(true);
    }

    static <T> Reading<T> begin(Supplier<T> read) {
        Reading<T> reading = new Reading<>(read);
        reading.thread.start();
        return reading;
    }

    /** Whatever it threw, nobody waits for ever. */
    private void complete(Supplier<T> read) {
        try {
            result.complete(read.get());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    /**
     * What was read; null if nothing was until {@code deadline} ({@link System#nanoTime()}). What reading threw is thrown as it was.
     */
    @Nullable
    T await(long deadline) throws InterruptedException {
        try {
            return result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            if (e.getCause() instanceof Error ours) {
                throw ours;
            }
            throw new CompletionException(e.getCause());
        }
    }

    /** Interrupts it unless it has ended; {@code close} gets what is, or will have been, read. */
    void abandon(Consumer<T> close) {
        if (!result.isDone()) {
            thread.interrupt();
        }
        result.thenAccept(close);
    }
}
