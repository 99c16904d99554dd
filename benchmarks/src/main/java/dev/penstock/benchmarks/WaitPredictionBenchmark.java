package dev.penstock.benchmarks;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.Load;
import dev.penstock.sizing.PoolQueue;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * The wait that the sizing plan predicts beside the wait that a real pool gives: random arrivals that do not wait for each
 * other (an open loop), exponential hold times, 8 connections to one embedded PostgreSQL, at a utilisation of 0.5, 0.7 and
 * 0.9. A wait counts from the moment at which the borrow was meant to happen.
 *
 * <p>Run: {@code java -cp ... dev.penstock.benchmarks.WaitPredictionBenchmark [seconds for each, 20 by default]
 * [utilisations, 0.5 0.7 0.9 by default]}. Ends with 1 when a measured p99 wait is more than twice or less than half of the predicted one.
 */
public final class WaitPredictionBenchmark {
    private static final int CONNECTIONS = 8;
    private static final double HOLD_MILLIS = 20;
    private static final double WARM_UP_SECONDS = 3;

    /** One borrow, in nanoseconds. */
    private record Borrow(long waited, long held) {}

    private final Database database;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Random random;

    private WaitPredictionBenchmark(Database database, long seed) {
        this.database = database;
        this.random = new Random(seed);
    }

    public static void main(String[] arguments) throws SQLException, InterruptedException {
        double seconds = arguments.length == 0 ? 20 : Double.parseDouble(arguments[0]);
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        boolean within = true;
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(0).start();
                Database database = Database.open(config(cluster))) {
            WaitPredictionBenchmark benchmark = new WaitPredictionBenchmark(database, seed);
            System.out.printf(
                    "%d connections, hold %.0f ms on average, %.0f s each, seed %d%n",
                    CONNECTIONS, HOLD_MILLIS, seconds, seed);
            System.out.println("utilisation  borrows/s  held ms  predicted p50/p99 ms  measured p50/p99 ms  ratio p99");
            for (double utilisation : utilisations(arguments)) {
                within &= benchmark.step(utilisation, seconds);
            }
            benchmark.threads.shutdown();
        }
        System.exit(within ? 0 : 1);
    }

    private static List<Double> utilisations(String[] arguments) {
        return arguments.length < 2
                ? List.of(0.5, 0.7, 0.9)
                : Arrays.stream(arguments).skip(1).map(Double::valueOf).toList();
    }

    private static DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.disabled())
                .pool(CONNECTIONS, 0, Duration.ofSeconds(30))
                .build();
    }

    private boolean step(double utilisation, double seconds) throws InterruptedException {
        double perSecond = utilisation * CONNECTIONS * 1000 / HOLD_MILLIS;
        run(perSecond, WARM_UP_SECONDS);
        List<Borrow> borrows = run(perSecond, seconds);
        double heldMillis = borrows.stream().mapToLong(Borrow::held).average().orElseThrow() / 1e6;
        double arrived = borrows.size() / seconds;
        PoolQueue predicted = new PoolQueue(new Load(arrived, heldMillis), CONNECTIONS);
        long[] waits = borrows.stream().mapToLong(Borrow::waited).sorted().toArray();
        double p50 = waits[waits.length / 2] / 1e6;
        double p99 = waits[(int) (waits.length * 0.99)] / 1e6;
        double ratio = p99 / predicted.p99WaitMillis();
        System.out.printf(
                "%11.2f  %9.0f  %7.2f  %9.2f / %8.2f  %8.2f / %8.2f  %9.2f%n",
                predicted.utilisation(),
                arrived,
                heldMillis,
                predicted.p50WaitMillis(),
                predicted.p99WaitMillis(),
                p50,
                p99,
                ratio);
        return ratio > 0.5 && ratio < 2;
    }

    /** Borrows at random moments, whether earlier ones have ended or not. */
    private List<Borrow> run(double perSecond, double seconds) throws InterruptedException {
        Queue<Borrow> done = new ConcurrentLinkedQueue<>();
        long[] moments = moments(perSecond, seconds);
        CountDownLatch ended = new CountDownLatch(moments.length);
        long start = System.nanoTime();
        for (long moment : moments) {
            long meant = start + moment;
            for (long early = meant - System.nanoTime(); early > 0; early = meant - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            double holdSeconds = exponential(HOLD_MILLIS * 1e6) / 1e9;
            threads.execute(() -> {
                try {
                    done.add(borrow(meant, holdSeconds));
                } finally {
                    ended.countDown();
                }
            });
        }
        ended.await();
        return List.copyOf(done);
    }

    private long[] moments(double perSecond, double seconds) {
        double mean = 1e9 / perSecond;
        return LongStream.iterate((long) exponential(mean), before -> before + (long) exponential(mean))
                .takeWhile(moment -> moment < seconds * 1e9)
                .toArray();
    }

    private Borrow borrow(long meant, double holdSeconds) {
        try {
            long borrowed;
            try (Connection connection = database.writer().getConnection();
                    PreparedStatement hold = connection.prepareStatement("select pg_sleep(?)")) {
                borrowed = System.nanoTime();
                hold.setDouble(1, holdSeconds);
                hold.execute();
            }
            return new Borrow(borrowed - meant, System.nanoTime() - borrowed);
        } catch (SQLException e) {
            throw new IllegalStateException("A borrow failed", e);
        }
    }

    private double exponential(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }
}
