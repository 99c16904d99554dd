package dev.penstock.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * Borrows at random moments, whether earlier ones have ended or not, each holding its connection for an exponential time in
 * {@code pg_sleep}. Driven by one thread; the borrows run on threads of their own.
 */
final class OpenLoop implements AutoCloseable {
    private final DataSource source;
    private final Random random;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    OpenLoop(DataSource source, long seed) {
        this.source = source;
        this.random = new Random(seed);
    }

    /**
     * One borrow, in nanoseconds.
     *
     * @param meant when it was to happen
     * @param asked when it asked the pool: later by what the load generator was late
     * @param lent when it had its connection
     * @param returned when the pool had it back
     * @param slept how long the server was asked to sleep
     */
    record Borrow(long meant, long asked, long lent, long returned, long slept) {
        long late() {
            return asked - meant;
        }

        long waited() {
            return lent - asked;
        }

        long held() {
            return returned - lent;
        }
    }

    /** The borrows of that many seconds, in the order in which they asked. */
    List<Borrow> run(double perSecond, double sleepMillis, double seconds) throws InterruptedException {
        Queue<Borrow> done = new ConcurrentLinkedQueue<>();
        long[] moments = moments(perSecond, seconds);
        CountDownLatch ended = new CountDownLatch(moments.length);
        long start = System.nanoTime();
        for (long moment : moments) {
            long meant = start + moment;
            for (long early = meant - System.nanoTime(); early > 0; early = meant - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            long sleep = (long) exponential(sleepMillis * 1e6);
            threads.execute(() -> {
                try {
                    done.add(borrow(meant, sleep));
                } finally {
                    ended.countDown();
                }
            });
        }
        ended.await();
        return done.stream().sorted(Comparator.comparingLong(Borrow::asked)).toList();
    }

    private Borrow borrow(long meant, long sleep) {
        try {
            long asked = System.nanoTime();
            long lent;
            try (Connection connection = source.getConnection()) {
                lent = System.nanoTime();
                try (PreparedStatement hold = connection.prepareStatement("select pg_sleep(?)")) {
                    hold.setDouble(1, sleep / 1e9);
                    hold.execute();
                }
            }
            return new Borrow(meant, asked, lent, System.nanoTime(), sleep);
        } catch (SQLException e) {
            throw new IllegalStateException("A borrow failed", e);
        }
    }

    private long[] moments(double perSecond, double seconds) {
        double mean = 1e9 / perSecond;
        return LongStream.iterate((long) exponential(mean), before -> before + (long) exponential(mean))
                .takeWhile(moment -> moment < seconds * 1e9)
                .toArray();
    }

    private double exponential(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /** How long the same borrows, asking at the same moments and holding as long, would wait in a queue that costs nothing. */
    static long[] idealWaits(List<Borrow> borrows, int connections) {
        PriorityQueue<Long> freeFrom = new PriorityQueue<>();
        for (int i = 0; i < connections; i++) {
            freeFrom.add(Long.MIN_VALUE);
        }
        long[] waits = new long[borrows.size()];
        for (int i = 0; i < waits.length; i++) {
            Borrow borrow = borrows.get(i);
            long begun = Math.max(borrow.asked(), freeFrom.remove());
            waits[i] = begun - borrow.asked();
            freeFrom.add(begun + borrow.held());
        }
        return waits;
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
