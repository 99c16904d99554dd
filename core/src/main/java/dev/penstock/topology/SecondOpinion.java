package dev.penstock.topology;

import dev.penstock.connect.Node;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A fresh session for a node whose standing one has not answered yet: begun a while after the question, and unless it was answered
 * by then, so that on a busy machine whichever is sooner speaks for the node. Used once.
 *
 * <p>Concurrency: {@code lock} guards the fields; no I/O happens under it. A session that nobody takes is closed.
 */
final class SecondOpinion implements Runnable {
    private final Prober prober;
    private final Node node;
    private final Duration limit;
    private final Runnable begins;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private boolean begun;
    private boolean done;
    private boolean unwanted;
    private Prober.@Nullable Session session;
    private @Nullable SQLException failure;

    /** @param begins hears that it is needed */
    SecondOpinion(Prober prober, Node node, Duration limit, Runnable begins) {
        this.prober = prober;
        this.node = node;
        this.limit = limit;
        this.begins = begins;
    }

    /** Opens the session, on whatever thread it is run; nothing happens when it was run before, or is not wanted any more. */
    @Override
    public void run() {
        if (!begin()) {
            return;
        }
        Prober.Session opened = null;
        SQLException why = null;
        try {
            begins.run();
            opened = prober.open(node, limit);
        } catch (SQLException e) {
            why = e;
        } finally {
            end(opened, why);
        }
    }

    private boolean begin() {
        lock.lock();
        try {
            boolean first = !begun && !unwanted;
            begun = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void end(Prober.@Nullable Session opened, @Nullable SQLException why) {
        boolean nobodys;
        lock.lock();
        try {
            nobodys = unwanted;
            session = opened;
            failure = why;
            done = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        if (nobodys && opened != null) {
            opened.close();
        }
    }

    /**
     * The session, which is the caller's then; opened on the caller's thread when it was not begun.
     *
     * @throws SQLException why it could not be opened
     */
    Prober.Session take() throws SQLException {
        run();
        lock.lock();
        try {
            long nanos = limit.toNanos();
            while (!done && nanos > 0) {
                nanos = ended.awaitNanos(nanos);
            }
            Prober.Session opened = session;
            unwanted = opened == null;
            if (opened != null) {
                return opened;
            }
            throw failure != null ? failure : new SQLException("No fresh session to " + node + " in time", "08001");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unwanted = true;
            throw new SQLException("Interrupted while asking " + node, "08001", e);
        } finally {
            lock.unlock();
        }
    }

    /** The standing session has answered. */
    void discard() {
        Prober.Session opened;
        lock.lock();
        try {
            unwanted = true;
            opened = session;
        } finally {
            lock.unlock();
        }
        if (opened != null) {
            opened.close();
        }
    }

    /** When it is to be begun, from now. */
    void beginAfter(Duration wait, Topology topology) {
        topology.after(wait, this);
    }
}
