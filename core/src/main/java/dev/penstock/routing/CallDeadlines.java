package dev.penstock.routing;

import dev.penstock.connect.NodeConnection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends what a call has under way at its server when the call's time is over: asks the server to cancel it, and breaks the connection when that has
 * not helped a moment later. Thread-safe. Calls without a deadline of their own cost nothing here.
 */
final class CallDeadlines implements AutoCloseable {
    /** A server that is there answers a cancel in much less. */
    private static final long MERCY_MILLIS = 150;

    /** Cancelling takes a connection of its own, for at most a second; more at once than this are broken without it. */
    private static final int MAX_CANCELS = 16;

    private final ScheduledThreadPoolExecutor clock;
    private final ThreadPoolExecutor cancels = new ThreadPoolExecutor(
            0,
            MAX_CANCELS,
            5,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            CallDeadlines::daemon,
            new ThreadPoolExecutor.DiscardPolicy());

    CallDeadlines() {
        clock = new ScheduledThreadPoolExecutor(1, CallDeadlines::daemon, new ThreadPoolExecutor.DiscardPolicy());
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(5, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-deadline");
        thread.setDaemon(true);
        return thread;
    }

    /** @param deadline {@link System#nanoTime()}; 0 for none */
    Guard guard(NodeConnection connection, long deadline) {
        return deadline == 0 ? Guard.NONE : new Watched(connection, deadline);
    }

    /** What fails because of its deadline, and what was under way then. */
    static SQLException timedOut(Duration deadline, @Nullable Exception cause) {
        return new SQLTimeoutException(
                "The call did not end within its deadline of " + deadline.toMillis() + " ms", "57014", cause);
    }

    /**
     * What a call is told that cannot go on: the failure itself, or that its own time is over.
     *
     * @param deadline {@link System#nanoTime()}; 0 for none of its own
     */
    static SQLException orTimedOut(SQLException failure, long deadline, Optional<Duration> declared) {
        boolean over = deadline != 0 && System.nanoTime() - deadline >= 0;
        return over ? timedOut(declared.orElseThrow(), failure) : failure;
    }

    /**
     * A connection that came too late is not used any more.
     *
     * @param deadline {@link System#nanoTime()}; 0 for none of its own
     */
    static void failIfOver(long deadline, Optional<Duration> declared) throws SQLException {
        if (deadline != 0 && System.nanoTime() - deadline >= 0) {
            throw timedOut(declared.orElseThrow(), null);
        }
    }

    /** Over one piece of work; closed when that has ended. */
    abstract static class Guard implements AutoCloseable {
        static final Guard NONE = new Guard() {
            @Override
            boolean isOver() {
                return false;
            }

            @Override
            public void close() {}
        };

        /** Whether the time was over before the work ended, so that it was cancelled. */
        abstract boolean isOver();

        @Override
        public abstract void close();
    }

    /** Concurrency: {@code this} guards both flags, so that nothing is cancelled once the work has ended. */
    private final class Watched extends Guard {
        private final NodeConnection connection;
        private final Future<?> alarm;
        private boolean ended;
        private boolean over;

        Watched(NodeConnection connection, long deadline) {
            this.connection = connection;
            this.alarm = clock.schedule(this::cancel, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        private void cancel() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                over = true;
                // The cancel may arrive late, and must not meet the next borrower's statement.
                connection.retire();
            }
            cancels.execute(connection::cancelNow);
            clock.schedule(this::breakOff, MERCY_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void breakOff() {
            boolean late;
            synchronized (this) {
                late = !ended;
            }
            if (late) {
                connection.abortNow();
            }
        }

        @Override
        synchronized boolean isOver() {
            return over;
        }

        @Override
        public synchronized void close() {
            ended = true;
            alarm.cancel(false);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        cancels.shutdown();
    }
}
