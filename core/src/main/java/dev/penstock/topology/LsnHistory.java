package dev.penstock.topology;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * When the primary was first seen past a WAL position. The lag of a replica is the time since the primary first passed
 * the replica's replay position: right on an idle primary, without comparing clocks and without any privilege. The error
 * is at most one probe interval. Not thread-safe; the topology guards it.
 */
final class LsnHistory {
    /** Five minutes at a probe each second, and half a minute of panic. Older samples are merged into the oldest kept. */
    private static final int CAPACITY = 600;

    private record Sample(long nanos, long lsn) {}

    private final Deque<Sample> samples = new ArrayDeque<>();
    private int timeline;

    /** A sample of the primary. Equal positions keep the time at which the position was first seen. */
    void add(int sampleTimeline, long nanos, long lsn) {
        if (sampleTimeline != timeline) {
            samples.clear();
            timeline = sampleTimeline;
        }
        Sample last = samples.peekLast();
        if (last != null && lsn <= last.lsn()) {
            return;
        }
        if (samples.size() == CAPACITY) {
            // The second oldest goes: what is older than it still counts as at least that old.
            Sample oldest = samples.removeFirst();
            samples.removeFirst();
            samples.addFirst(oldest);
        }
        samples.addLast(new Sample(nanos, lsn));
    }

    void clear() {
        samples.clear();
    }

    boolean isEmpty() {
        return samples.isEmpty();
    }

    /** How far behind a node was that had replayed {@code lsn} at the time {@code nanos}. */
    Lag lag(long lsn, long nanos) {
        return new Lag(Duration.ofNanos(lagNanos(lsn, nanos)), lagBytes(lsn));
    }

    /** Nanoseconds by which a node that has replayed {@code lsn} is behind at the time {@code nanos}; never negative. */
    long lagNanos(long lsn, long nanos) {
        for (Iterator<Sample> i = samples.iterator(); i.hasNext(); ) {
            Sample sample = i.next();
            if (sample.lsn() > lsn) {
                return Math.max(0, nanos - sample.nanos());
            }
        }
        return 0;
    }

    /** Bytes of WAL between {@code lsn} and the newest position seen; never negative. */
    long lagBytes(long lsn) {
        Sample last = samples.peekLast();
        return last == null ? 0 : Math.max(0, last.lsn() - lsn);
    }
}
