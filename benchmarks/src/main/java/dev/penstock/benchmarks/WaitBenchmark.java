package dev.penstock.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * How long callers wait when there are more of them than connections: a closed loop without think time, each holding its
 * connection for a millisecond, over our writer view and over plain HikariCP in turn, three rounds of each. A program
 * and no JMH benchmark: what counts is the distribution over threads.
 */
public final class WaitBenchmark {
    private static final long HOLD_NANOS = 1_000_000;
    private static final int ROUNDS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /** A thread in a thousand comes to its turn a dozen times in a second: this makes one turn more or less half a percent. */
    private static final Duration MEASURED = Duration.ofSeconds(20);

    private WaitBenchmark() {}

    /** What one round showed; times in milliseconds. */
    private record Round(double perSecond, double p50, double p99, double worst, double slowestOverFastest) {
        @Override
        public String toString() {
            return String.format(
                    "%7.0f/s  p50 %7.2f  p99 %8.2f  worst %8.2f  slowest/fastest thread %.2f",
                    perSecond, p50, p99, worst, slowestOverFastest);
        }
    }

    public static void main(String[] args) throws Exception {
        compare("64 threads on 8 connections", 64, 8, work -> new Thread(work));
        Function<Runnable, Thread> virtual = virtualThreads();
        if (virtual != null) {
            compare("1000 virtual threads on 16 connections", 1000, 16, virtual);
        }
    }

    /** Null below JDK 21, which has none. */
    private static @org.jspecify.annotations.Nullable Function<Runnable, Thread> virtualThreads() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            var unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
            return work -> {
                try {
                    return (Thread) unstarted.invoke(builder, work);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (ReflectiveOperationException none) {
            System.out.println("virtual threads: this JDK has none (" + Runtime.version() + ")");
            return null;
        }
    }

    private static void compare(String name, int threads, int connections, Function<Runnable, Thread> factory)
            throws Exception {
        System.out.println(name + ", waits in ms:");
        try (PostgresCluster cluster = PostgresCluster.builder().start();
                Database database = Database.open(config(cluster, connections));
                HikariDataSource hikari = hikari(cluster, connections)) {
            for (int round = 1; round <= ROUNDS; round++) {
                System.out.println("  HikariCP " + run(hikari, threads, factory));
                System.out.println("  Penstock " + run(database.writer(), threads, factory));
            }
        }
    }

    private static DatabaseConfig config(PostgresCluster cluster, int connections) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.disabled())
                .pool(connections, 0, Duration.ofSeconds(60))
                .build();
    }

    private static HikariDataSource hikari(PostgresCluster cluster, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(cluster.primary().jdbcUrl());
        config.setUsername("appuser");
        config.setPassword(cluster.password("appuser"));
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(60_000);
        return new HikariDataSource(config);
    }

    private static Round run(DataSource source, int threads, Function<Runnable, Thread> factory)
            throws InterruptedException {
        loop(source, threads, factory, WARM_UP);
        return loop(source, threads, factory, MEASURED);
    }

    private static Round loop(DataSource source, int threads, Function<Runnable, Thread> factory, Duration length)
            throws InterruptedException {
        long[][] waits = new long[threads][];
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(threads);
        Window window = new Window(threads);
        for (int i = 0; i < threads; i++) {
            int number = i;
            factory.apply(() -> {
                        try {
                            waits[number] = borrow(source, window);
                        } catch (SQLException | RuntimeException e) {
                            failure.set(e);
                        } finally {
                            window.served.countDown();
                            done.countDown();
                        }
                    })
                    .start();
        }
        if (!window.served.await(length.toMillis(), TimeUnit.MILLISECONDS)) {
            System.out.println("  not every thread was served within " + length.toSeconds() + " s:");
        }
        window.counting = true;
        Thread.sleep(length.toMillis());
        window.over = true;
        done.await();
        if (failure.get() != null) {
            throw new IllegalStateException("a borrow failed", failure.get());
        }
        return round(waits, length);
    }

    /**
     * The time in which borrows count: the same for all, and only once every thread has had a connection. Those that start first
     * have the pool to themselves for a while, which says nothing about its fairness.
     */
    private static final class Window {
        final CountDownLatch served;
        volatile boolean counting;
        volatile boolean over;

        Window(int threads) {
            served = new CountDownLatch(threads);
        }
    }

    private static long[] borrow(DataSource source, Window window) throws SQLException {
        long[] waits = new long[64];
        int count = 0;
        boolean served = false;
        while (!window.over) {
            if (count == waits.length) {
                waits = Arrays.copyOf(waits, count * 2);
            }
            boolean counts = window.counting;
            long asked = System.nanoTime();
            try (Connection held = source.getConnection()) {
                if (counts) {
                    waits[count++] = System.nanoTime() - asked;
                }
                LockSupport.parkNanos(held, HOLD_NANOS);
            }
            if (!served) {
                served = true;
                window.served.countDown();
            }
        }
        return Arrays.copyOf(waits, count);
    }

    private static Round round(long[][] waits, Duration length) {
        long[] all = Arrays.stream(waits).flatMapToLong(Arrays::stream).sorted().toArray();
        long fewest = Arrays.stream(waits).mapToLong(one -> one.length).min().orElse(0);
        long most = Arrays.stream(waits).mapToLong(one -> one.length).max().orElse(1);
        return new Round(
                all.length / (double) length.toSeconds(),
                millis(all, 0.5),
                millis(all, 0.99),
                millis(all, 1),
                fewest / (double) most);
    }

    private static double millis(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) (quantile * sorted.length))] / 1e6;
    }
}
