package dev.penstock.connect;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * What one server may use of the connect threads, so that connects that hang there take none from another server. A thread counts until its
 * work has ended, also when nobody waits for that any more. Thread-safe.
 *
 * @param threads is not bounded by itself
 * @param free is the server's own
 */
record ThreadShare(Executor threads, Semaphore free) implements Executor {
    /** A few are in use for a server that answers; the rest are for what cannot be ended: a provider of passwords, a look-up of a name. */
    static final int SIZE = 64;

    static Semaphore whole() {
        return new Semaphore(SIZE);
    }

    /** @throws RejectedExecutionException when all of the share is in use, or the threads have ended */
    @Override
    public void execute(Runnable work) {
        if (!free.tryAcquire()) {
            throw new RejectedExecutionException(SIZE + " earlier connects have not ended");
        }
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    free.release();
                }
            });
        } catch (RejectedExecutionException e) {
            free.release();
            throw e;
        }
    }
}
