package dev.penstock.topology;

import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The session that a monitor opens anew: when it has none, and beside a standing one that has not answered for a while. At most one attempt
 * is under way at any time. It has a thread of its own and as much time as any connect, so that a server that is slow to let us in is found;
 * a round of the monitor waits for it only until its verdict, and a later round takes what has come of it.
 *
 * <p>Concurrency: {@code lock} guards the fields; no I/O happens under it. A session that nobody wants is closed. One monitor's thread calls
 * {@link #beginAfter}, {@link #take} and {@link #discard}; any thread calls {@link #close}.
 */
final class FreshSession implements AutoCloseable {
    private final Prober prober;
    private final Node node;
    private final Duration limit;
    private final Topology topology;
    private final Runnable stands;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int questions;
    private boolean closed;
    private boolean waitedFor;
    private @Nullable Want want;
    private @Nullable Future<?> attempt;
    private Prober.@Nullable Session opening;
    private Prober.@Nullable Session session;
    private @Nullable Throwable failure;

    /** @param since when the round that wants the session came to want it ({@link System#nanoTime()}) */
    private record Want(int question, long since) {}

    /**
     * @param limit how long an attempt may take
     * @param stands is called when a session stands for which no round waits at that moment
     */
    FreshSession(Prober prober, Node node, Duration limit, Topology topology, Runnable stands) {
        this.prober = prober;
        this.node = node;
        this.limit = limit;
        this.topology = topology;
        this.stands = stands;
    }

    /**
     * Begins an attempt in a while, unless {@link #discard} comes first.
     *
     * @param slow is called then, on another thread
     */
    void beginAfter(Duration wait, Runnable slow) {
        int question = nextQuestion();
        topology.after(wait, () -> {
            // Only a question that is still open costs a thread.
            if (isOpen(question)) {
                topology.begin(() -> {
                    slow.run();
                    begin(question);
                });
            }
        });
    }

    private int nextQuestion() {
        lock.lock();
        try {
            return ++questions;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOpen(int question) {
        lock.lock();
        try {
            return !closed && question == questions;
        } finally {
            lock.unlock();
        }
    }

    /** Wants the session from now on; an attempt that is under way is joined. */
    private void begin(int question) {
        lock.lock();
        try {
            if (closed || question != questions) {
                return;
            }
            if (want == null || want.question() != question) {
                want = new Want(question, System.nanoTime());
            }
            if (attempt == null && session == null && failure == null) {
                attempt = topology.begin(this::attempt);
            }
        } finally {
            lock.unlock();
        }
    }

    private void attempt() {
        Prober.Session opened = null;
        Throwable why = null;
        try {
            long deadline = System.nanoTime() + limit.toNanos();
            opened = prober.open(node, limit);
            if (isWelcome(opened)) {
                opened.prepare(Duration.ofNanos(deadline - System.nanoTime()));
            }
        } catch (SQLException | RuntimeException | Error e) {
            why = e;
        } finally {
            end(opened, why);
        }
    }

    /** From here on, {@link #close} ends it. */
    private boolean isWelcome(Prober.Session opened) {
        lock.lock();
        try {
            opening = opened;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void end(Prober.@Nullable Session opened, @Nullable Throwable why) {
        boolean kept;
        boolean unheard;
        lock.lock();
        try {
            attempt = null;
            opening = null;
            boolean wanted = want != null && !closed;
            kept = wanted && why == null;
            session = kept ? opened : null;
            failure = wanted ? why : null;
            unheard = kept && !waitedFor;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        if (opened != null && !kept) {
            opened.close();
        }
        if (unheard) {
            stands.run();
        }
    }

    /**
     * The session, which is the caller's then. The attempt is begun if there is none, and waited for until {@code limit} after this round
     * came to want it; it goes on after that.
     *
     * @throws SQLException why there is no session, or none yet
     */
    Prober.Session take(Duration atMost) throws SQLException {
        lock.lock();
        try {
            begin(questions);
            waitedFor = true;
            long begun = want == null ? System.nanoTime() : want.since();
            long left = begun + atMost.toNanos() - System.nanoTime();
            while (session == null && failure == null && !closed && left > 0) {
                left = ended.awaitNanos(left);
            }
            return handOver(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while asking " + node, "08001", e);
        } finally {
            waitedFor = false;
            // The next round waits as long as this one, and not only for what this one left.
            questions++;
            lock.unlock();
        }
    }

    /** Called under the lock. What an attempt threw that is no {@link SQLException} is a failure of ours, and thrown as it was. */
    private Prober.Session handOver(Duration waited) throws SQLException {
        Prober.Session taken = session;
        Throwable why = failure;
        session = null;
        failure = null;
        if (taken != null || why != null) {
            want = null;
        }
        if (taken != null) {
            return taken;
        }
        if (why instanceof RuntimeException ours) {
            throw ours;
        }
        if (why instanceof Error ours) {
            throw ours;
        }
        throw why instanceof SQLException refused ? refused : Connector.stillConnecting(node, waited, limit);
    }

    /** The standing session has answered: whatever comes of an attempt that is under way is closed, unless it is wanted again by then. */
    void discard() {
        Prober.Session unwanted;
        lock.lock();
        try {
            questions++;
            want = null;
            failure = null;
            unwanted = session;
            session = null;
        } finally {
            lock.unlock();
        }
        if (unwanted != null) {
            unwanted.close();
        }
    }

    /** Ends the attempt that is under way, and begins no other. */
    @Override
    public void close() {
        discard();
        Prober.Session unfinished;
        lock.lock();
        try {
            closed = true;
            unfinished = opening;
            if (attempt != null) {
                attempt.cancel(true);
            }
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        if (unfinished != null) {
            unfinished.close();
        }
    }
}
