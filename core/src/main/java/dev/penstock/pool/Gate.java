package dev.penstock.pool;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Admits at most {@code ceiling} borrowers to one node, first come first served, reads within their own share.
 *
 * <p>Why it stands before Hikari: Hikari hands a connection to whoever asks at the right moment, so under overload some
 * callers wait thirteen times as long as others, and nothing can wake a caller that waits there for a node that has gone.
 *
 * <p>Concurrency: {@code free} and {@code freeForReads} are taken by compare-and-set while nobody waits. Whoever cannot
 * be served enters the queue under {@code queueLock}; a release raises the counters first and looks at {@code waiting}
 * second, a waiter raises {@code waiting} first and looks at the counters second, so no release is missed. The lock is
 * never held while parking.
 */
final class Gate {
    private static final int PLACE_BITS = 20;
    private static final long ADMISSION = 1L << PLACE_BITS;
    private static final long PLACES = ADMISSION - 1;

    private final int ceiling;
    /** Free places in the low bits, admissions so far above them: counting costs no operation of its own. */
    private final AtomicLong free;

    private final WaitTimes waits = new WaitTimes();
    private final AtomicInteger freeForReads;
    private final ReentrantLock queueLock = new ReentrantLock();
    private final Queue<Waiter> queue = new ArrayDeque<>();
    private final Runnable readEnded = () -> release(true);
    private final Runnable writeEnded = () -> release(false);
    private final Condition emptied = queueLock.newCondition();
    private final int maxWaiting;
    private volatile int waiting;
    private volatile boolean draining;
    private int readLimit;

    /** @param maxWaiting how many may stand in the queue; who comes then is refused at once */
    Gate(int ceiling, int readLimit, int maxWaiting) {
        this.maxWaiting = maxWaiting;
        this.ceiling = ceiling;
        this.free = new AtomicLong(ceiling);
        this.freeForReads = new AtomicInteger(readLimit);
        this.readLimit = readLimit;
    }

    /** Why a borrower did not get through. */
    enum Answer {
        ADMITTED,
        TIMED_OUT,
        SENT_AWAY,
        QUEUE_FULL
    }

    private static final class Waiter {
        final boolean read;
        final Thread thread = Thread.currentThread();
        volatile @Nullable Answer answer;

        Waiter(boolean read) {
            this.read = read;
        }
    }

    /** What gives an admission back; run it exactly once. No allocation. */
    Runnable leave(boolean read) {
        return read ? readEnded : writeEnded;
    }

    /** Admits at once or not at all. */
    boolean tryEnter(boolean read) {
        return waiting == 0 && take(read);
    }

    /** Waits for its turn, at most {@code nanos}. */
    Answer enter(boolean read, long nanos) throws InterruptedException {
        if (tryEnter(read)) {
            return Answer.ADMITTED;
        }
        Waiter waiter = new Waiter(read);
        if (!enqueue(waiter)) {
            return Answer.QUEUE_FULL;
        }
        long begun = System.nanoTime();
        long deadline = begun + nanos;
        while (waiter.answer == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return giveUp(waiter, Answer.TIMED_OUT);
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                if (giveUp(waiter, Answer.TIMED_OUT) == Answer.ADMITTED) {
                    release(read);
                }
                throw new InterruptedException();
            }
        }
        if (waiter.answer == Answer.ADMITTED) {
            waits.add(System.nanoTime() - begun);
        }
        return waiter.answer;
    }

    /** Borrowers admitted since the start. No clock is read for it. */
    long admitted() {
        return free.get() >>> PLACE_BITS;
    }

    /** How long those waited who had to. */
    WaitTimes waits() {
        return waits;
    }

    /** Sends everyone away who waits now: the node was given up, or lost its role. */
    void sendWaitersAway(boolean alsoReads) {
        queueLock.lock();
        try {
            for (Waiter waiter : queue) {
                if (alsoReads || !waiter.read) {
                    answer(waiter, Answer.SENT_AWAY);
                }
            }
            queue.removeIf(waiter -> waiter.answer != null);
            waiting = queue.size();
        } finally {
            queueLock.unlock();
        }
    }

    /** Changes how many reads may be inside at once; those already inside stay. */
    void limitReads(int limit) {
        queueLock.lock();
        try {
            freeForReads.addAndGet(limit - readLimit);
            readLimit = limit;
            admitWhoFits();
        } finally {
            queueLock.unlock();
        }
    }

    /** How many are inside now. */
    int inside() {
        return ceiling - (int) (free.get() & PLACES);
    }

    /** Waits until nobody is inside, at most until {@code deadline} ({@link System#nanoTime()}); nobody is let in for it. */
    void awaitEmpty(long deadline) throws InterruptedException {
        queueLock.lock();
        try {
            draining = true;
            long left = deadline - System.nanoTime();
            while (inside() > 0 && left > 0) {
                left = emptied.awaitNanos(left);
            }
        } finally {
            queueLock.unlock();
        }
    }

    int waiting(boolean read) {
        queueLock.lock();
        try {
            return (int) queue.stream().filter(waiter -> waiter.read == read).count();
        } finally {
            queueLock.unlock();
        }
    }

    private void release(boolean read) {
        if (read) {
            freeForReads.incrementAndGet();
        }
        free.incrementAndGet();
        if (waiting > 0 || draining) {
            queueLock.lock();
            try {
                admitWhoFits();
                emptied.signalAll();
            } finally {
                queueLock.unlock();
            }
        }
    }

    private boolean take(boolean read) {
        if (read && !decrement(freeForReads)) {
            return false;
        }
        if (admit()) {
            return true;
        }
        if (read) {
            freeForReads.incrementAndGet();
        }
        return false;
    }

    private boolean admit() {
        long value = free.get();
        while ((value & PLACES) > 0) {
            if (free.compareAndSet(value, value + ADMISSION - 1)) {
                return true;
            }
            value = free.get();
        }
        return false;
    }

    private static boolean decrement(AtomicInteger counter) {
        int value = counter.get();
        while (value > 0) {
            if (counter.compareAndSet(value, value - 1)) {
                return true;
            }
            value = counter.get();
        }
        return false;
    }

    private boolean enqueue(Waiter waiter) {
        queueLock.lock();
        try {
            if (queue.size() >= maxWaiting) {
                return false;
            }
            queue.add(waiter);
            waiting = queue.size();
            admitWhoFits();
            return true;
        } finally {
            queueLock.unlock();
        }
    }

    /** Oldest first; a read that its share holds back does not hold back the writes behind it. */
    private void admitWhoFits() {
        queue.removeIf(waiter -> {
            if (!take(waiter.read)) {
                return false;
            }
            answer(waiter, Answer.ADMITTED);
            return true;
        });
        waiting = queue.size();
    }

    private static void answer(Waiter waiter, Answer answer) {
        waiter.answer = answer;
        LockSupport.unpark(waiter.thread);
    }

    /** The answer may have come in the same moment; then it stands. */
    private Answer giveUp(Waiter waiter, Answer otherwise) {
        queueLock.lock();
        try {
            if (waiter.answer == null) {
                waiter.answer = otherwise;
                queue.remove(waiter);
                waiting = queue.size();
            }
            return waiter.answer;
        } finally {
            queueLock.unlock();
        }
    }
}
