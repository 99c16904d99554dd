package dev.penstock.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits at most {@code ceiling} borrowers to one node, first come first served, reads within their own share.
 *
 * <p>Why it stands before Hikari: Hikari hands a connection to whoever asks at the right moment, so under overload some
 * callers wait thirteen times as long as others, and nothing can wake a caller that waits there for a node that has gone.
 *
 * <p>Concurrency: {@code state} holds every count and is changed by one atomic operation at a time, a borrow taking its place by
 * compare-and-set while nobody waits. Whoever cannot be served enters the queue under {@code queueLock}; a release lowers the
 * counts first and looks at {@code waiting} second, a waiter raises {@code waiting} first and looks at the counts second, so no
 * release is missed. The lock is never held while parking.
 */
final class Gate {
    private static final int COUNT_BITS = 12;
    private static final long COUNT = (1L << COUNT_BITS) - 1;
    private static final long READ = 1L << COUNT_BITS;
    private static final long ADMISSION = READ << COUNT_BITS;

    /** Whoever waits stays until it is their turn. */
    static final BooleanSupplier STAYS = () -> true;

    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(100).toNanos();

    private volatile int ceiling;
    /** From the low bits up: how many are inside, how many of them read, and how many were admitted so far. */
    private final AtomicLong state = new AtomicLong();

    /** The most that were inside at once since somebody asked. */
    private final AtomicInteger peak = new AtomicInteger();

    private final WaitTimes waits = new WaitTimes();
    private final ReentrantLock queueLock = new ReentrantLock();
    private final Queue<Waiter> queue = new ArrayDeque<>();
    private final Runnable readEnded = () -> release(true);
    private final Runnable writeEnded = () -> release(false);
    private final Condition emptied = queueLock.newCondition();
    private final int maxWaiting;
    private volatile int waiting;
    private volatile boolean draining;
    private volatile int readLimit;

    /** @param maxWaiting how many may stand in the queue; who comes then is refused at once */
    Gate(int ceiling, int readLimit, int maxWaiting) {
        this.maxWaiting = maxWaiting;
        this.ceiling = ceiling;
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

    /**
     * Waits for its turn, at most {@code nanos}.
     *
     * @param stays whether it is still worth waiting here; whoever does not stay is sent away. Asked once the caller stands in the queue, so that
     *     nobody is left who came just after {@link #sendWaitersAway}, and now and then by reads, whose better place may come back
     */
    Answer enter(boolean read, long nanos, BooleanSupplier stays) throws InterruptedException {
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
            if (!stays.getAsBoolean()) {
                return giveUp(waiter, Answer.SENT_AWAY);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return giveUp(waiter, Answer.TIMED_OUT);
            }
            LockSupport.parkNanos(this, read ? Math.min(left, LOOK_AGAIN_NANOS) : left);
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
        return state.get() >>> (2 * COUNT_BITS);
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

    /** Changes how many may be inside at once; those already inside stay. */
    void limit(int most) {
        queueLock.lock();
        try {
            ceiling = most;
            admitWhoFits();
        } finally {
            queueLock.unlock();
        }
    }

    /** Changes how many reads may be inside at once; those already inside stay. */
    void limitReads(int limit) {
        queueLock.lock();
        try {
            readLimit = limit;
            admitWhoFits();
        } finally {
            queueLock.unlock();
        }
    }

    /** How many reads may be inside at once; more than the ceiling is as good as all of it. */
    int readLimit() {
        return readLimit;
    }

    /** How many are inside now. */
    int inside() {
        return (int) (state.get() & COUNT);
    }

    /** The most that were inside at once since the last call; for one caller. */
    int takePeak() {
        return peak.getAndSet(inside());
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
        state.addAndGet(read ? -1 - READ : -1);
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
        return takeIfRoom(read) == Room.TAKEN;
    }

    private enum Room {
        TAKEN,
        NOT_FOR_READS,
        NONE
    }

    private Room takeIfRoom(boolean read) {
        long one = read ? ADMISSION + READ + 1 : ADMISSION + 1;
        while (true) {
            long now = state.get();
            if ((now & COUNT) >= ceiling) {
                return Room.NONE;
            }
            if (read && (now >>> COUNT_BITS & COUNT) >= readLimit) {
                return Room.NOT_FOR_READS;
            }
            if (state.compareAndSet(now, now + one)) {
                noteInside((int) (now & COUNT) + 1);
                return Room.TAKEN;
            }
        }
    }

    /** Written while the number of those inside grows, and read otherwise. */
    private void noteInside(int inside) {
        if (inside > peak.get()) {
            peak.accumulateAndGet(inside, Math::max);
        }
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

    /**
     * Oldest first; a read that its share holds back does not hold back the writes behind it. Places that become free while the
     * queue is gone through are for the next time, which follows: they would go to a later waiter than the one just refused.
     */
    private void admitWhoFits() {
        boolean readsHeldBack = false;
        Iterator<Waiter> oldestFirst = queue.iterator();
        while (oldestFirst.hasNext()) {
            Waiter waiter = oldestFirst.next();
            if (waiter.read && readsHeldBack) {
                continue;
            }
            Room room = takeIfRoom(waiter.read);
            if (room == Room.NONE) {
                break;
            }
            if (room == Room.NOT_FOR_READS) {
                readsHeldBack = true;
            } else {
                oldestFirst.remove();
                answer(waiter, Answer.ADMITTED);
            }
        }
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
