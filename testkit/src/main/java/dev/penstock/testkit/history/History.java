package dev.penstock.testkit.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Every call that was made, as it is being made. Thread-safe; recording takes no lock. */
public final class History {
    private final long originNanos = System.nanoTime();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final Queue<Operation> ended = new ConcurrentLinkedQueue<>();

    /** How long ago this history began, in nanoseconds: the clock of all its times. */
    public long nanos() {
        return System.nanoTime() - originNanos;
    }

    /**
     * A call begins now, on this thread.
     *
     * @param session whose promises it is under; empty for none
     * @param deadline within which it should end
     */
    public Call begin(String session, Set<Promise> promises, Kind kind, String key, Duration deadline) {
        open.incrementAndGet();
        return new Call(session, promises, kind, key, deadline);
    }

    /** The calls that have ended, in the order in which they began. */
    public List<Operation> operations() {
        List<Operation> sorted = new ArrayList<>(ended);
        sorted.sort(Comparator.comparingLong(operation -> operation.times().startedNanos()));
        return sorted;
    }

    /** How many calls have begun and not ended. */
    public long open() {
        return open.get();
    }

    /** A call that is being made. One of its methods is called once, when it has ended. */
    public final class Call {
        private final long id = ids.incrementAndGet();
        private final String thread = Thread.currentThread().getName();
        private final AtomicBoolean over = new AtomicBoolean();
        private final String session;
        private final Set<Promise> promises;
        private final Kind kind;
        private final String key;
        private final long startedNanos;
        private final long deadlineNanos;

        private Call(String session, Set<Promise> promises, Kind kind, String key, Duration deadline) {
            this.session = session;
            this.promises = promises;
            this.kind = kind;
            this.key = key;
            this.startedNanos = nanos();
            this.deadlineNanos = startedNanos + deadline.toNanos();
        }

        /** What a write leaves in the table, so that it is found again. */
        public long id() {
            return id;
        }

        /** It returned normally, with this answer. */
        public void acknowledged(Seen seen) {
            end(Outcome.ACKNOWLEDGED, Optional.of(seen), "");
        }

        /** It failed in a way that promises that nothing was executed. */
        public void failed(String reason) {
            end(Outcome.FAILED, Optional.empty(), reason);
        }

        /** It failed and may have been executed, or may still be. */
        public void unknown(String reason) {
            end(Outcome.UNKNOWN, Optional.empty(), reason);
        }

        private void end(Outcome outcome, Optional<Seen> seen, String reason) {
            long endedNanos = nanos();
            if (!over.compareAndSet(false, true)) {
                throw new IllegalStateException("call " + id + " has ended already");
            }
            ended.add(new Operation(
                    id,
                    session,
                    promises,
                    thread,
                    kind,
                    key,
                    new Operation.Times(startedNanos, endedNanos, deadlineNanos),
                    outcome,
                    seen,
                    reason));
            open.decrementAndGet();
        }
    }
}
