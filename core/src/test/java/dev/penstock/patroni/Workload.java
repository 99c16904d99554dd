package dev.penstock.patroni;

import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Threads that write one numbered row after the other into {@code app.visit} and threads that read, until closed. Each write
 * is made once; how it ended is kept. Thread-safe.
 */
public final class Workload implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int THREADS = 2;

    /** An acknowledged write, when it was, and who did it. */
    public record Write(long id, long nanos, Served by) {}

    private final Database db;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private final Queue<Write> acknowledged = new ConcurrentLinkedQueue<>();
    private final Map<Long, SQLException> failed = new ConcurrentHashMap<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong slowestReadNanos = new AtomicLong();
    private final Queue<SQLException> failedReads = new ConcurrentLinkedQueue<>();

    private Workload(Database db) {
        this.db = db;
    }

    /** Returns when both kinds of work are being done. */
    public static Workload on(Database db) {
        Workload load = new Workload(db);
        for (int i = 0; i < THREADS; i++) {
            load.begin(load::write, 2);
            load.begin(load::read, 1);
        }
        load.awaitMoreWrites(50);
        return load;
    }

    private void begin(Runnable work, int pauseMillis) {
        Thread thread = new Thread(() -> repeat(work, pauseMillis), "workload-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** At a pace that leaves the machine to the servers. */
    private void repeat(Runnable work, int pauseMillis) {
        try {
            while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                work.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        long id = ids.incrementAndGet();
        try {
            Served by = db.writeReturning(c -> {
                Served.run(c, "insert into app.visit values (" + id + ")");
                return Served.by(c);
            });
            acknowledged.add(new Write(id, System.nanoTime(), by));
        } catch (SQLException e) {
            failed.put(id, e);
        }
    }

    private void read() {
        long begun = System.nanoTime();
        try {
            db.read(Served::by);
        } catch (SQLException e) {
            failedReads.add(e);
        }
        slowestReadNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
        reads.incrementAndGet();
    }

    /** Waits until so many more writes are acknowledged. */
    public void awaitMoreWrites(int count) {
        int goal = acknowledged.size() + count;
        await("writes").atMost(LIMIT).until(() -> acknowledged.size() >= goal);
    }

    /** In the order of their acknowledgement. */
    public List<Write> acknowledged() {
        return acknowledged.stream()
                .sorted(Comparator.comparingLong(Write::nanos))
                .toList();
    }

    /** The longest time without an acknowledged write: from one to the next. */
    public Gap longestGap() {
        List<Write> writes = acknowledged();
        Gap longest = new Gap(0, 0);
        for (int i = 1; i < writes.size(); i++) {
            Gap gap = new Gap(writes.get(i - 1).nanos(), writes.get(i).nanos());
            longest = gap.length().compareTo(longest.length()) > 0 ? gap : longest;
        }
        return longest;
    }

    /** A time in which nothing was acknowledged. */
    public record Gap(long beginNanos, long endNanos) {
        public Duration length() {
            return Duration.ofNanos(endNanos - beginNanos);
        }
    }

    /** Acknowledged, and not there. */
    public Set<Long> lost() throws SQLException {
        Set<Long> lost = new HashSet<>();
        acknowledged.forEach(write -> lost.add(write.id()));
        lost.removeAll(stored());
        return lost;
    }

    /** There, although each was said to have failed for sure: 08007 alone leaves it open. */
    public Set<Long> failedAndStored() throws SQLException {
        Set<Long> stored = stored();
        acknowledged.forEach(write -> stored.remove(write.id()));
        stored.removeIf(id -> "08007".equals(failed.get(id).getSQLState()));
        return stored;
    }

    private Set<Long> stored() throws SQLException {
        return db.writeReturning(c -> Sessions.longs(c, "select id from app.visit"));
    }

    /** How many writes failed with which SQLSTATE. */
    public Map<String, Integer> failures() {
        Map<String, Integer> states = new TreeMap<>();
        failed.values().forEach(e -> states.merge(String.valueOf(e.getSQLState()), 1, Integer::sum));
        return states;
    }

    public long reads() {
        return reads.get();
    }

    public List<SQLException> failedReads() {
        return List.copyOf(failedReads);
    }

    public Duration slowestRead() {
        return Duration.ofNanos(slowestReadNanos.get());
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            await("end of the workload")
                    .atMost(LIMIT)
                    .until(() -> threads.stream().noneMatch(Thread::isAlive));
        } catch (ConditionTimeoutException e) {
            threads.stream().filter(Thread::isAlive).forEach(thread -> e.addSuppressed(whereItIs(thread)));
            throw e;
        }
    }

    /** A call that does not end breaks a promise: where it stands is what has to be known. */
    private static Exception whereItIs(Thread thread) {
        Exception where = new Exception(thread.getName() + " has not ended");
        where.setStackTrace(thread.getStackTrace());
        return where;
    }
}
