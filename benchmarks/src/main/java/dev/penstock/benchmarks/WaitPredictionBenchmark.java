package dev.penstock.benchmarks;

import dev.penstock.Database;
import dev.penstock.benchmarks.OpenLoop.Borrow;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.Load;
import dev.penstock.sizing.PoolQueue;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * The wait that the sizing plan predicts beside the wait that a real pool gives: random arrivals that do not wait for each
 * other (an open loop), exponential hold times, 8 connections to one embedded PostgreSQL, at a utilisation of 0.5, 0.7 and
 * 0.9 of the hold as it is measured. The prediction gets what a running pool can measure of itself: arrivals, mean hold, and
 * how both vary (Allen and Cunneen).
 *
 * <p>Three p99 waits stand beside each other. <em>Predicted</em>; <em>ideal</em>, which is what the very same borrows would
 * wait in a queue that costs nothing, so its distance from the prediction is chance; and <em>measured</em>, from asking the
 * pool to having the connection, so its distance from ideal is the pool and the machine: a waiter has to be woken. How late the
 * load generator was is printed and not counted as waiting.
 *
 * <p>Run: {@code java -cp ... dev.penstock.benchmarks.WaitPredictionBenchmark [seconds for each, 20 by default]
 * [utilisations, 0.5 0.7 0.9 by default]}. Ends with 1 when a measured p99 wait is not within a factor of 2 of the predicted
 * one, or of 1.25 from five minutes each on.
 */
public final class WaitPredictionBenchmark {
    private static final int CONNECTIONS = 8;
    private static final double SLEEP_MILLIS = 20;
    private static final double WARM_UP_SECONDS = 8;
    private static final int WAKE_UPS = 500;

    private final OpenLoop loop;
    private double overheadMillis;

    private WaitPredictionBenchmark(OpenLoop loop) {
        this.loop = loop;
    }

    public static void main(String[] arguments) throws SQLException, InterruptedException {
        double seconds = arguments.length == 0 ? 20 : Double.parseDouble(arguments[0]);
        double factor = seconds < 300 ? 2 : 1.25;
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        boolean within = true;
        System.out.printf(
                "%d connections, %.0f ms of sleep on average, %.0f s each, seed %d%n",
                CONNECTIONS, SLEEP_MILLIS, seconds, seed);
        long[] wakeUps = wakeUps();
        System.out.printf(
                "waking a parked thread takes %.2f ms here, %.2f ms one time in a hundred%n",
                millis(wakeUps, 0.5), millis(wakeUps, 0.99));
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(0).start();
                Database database = Database.open(config(cluster));
                OpenLoop loop = new OpenLoop(database.writer(), seed)) {
            WaitPredictionBenchmark benchmark = new WaitPredictionBenchmark(loop);
            System.out.println("utilisation  borrows/s  held ms  variability  late p50/p99 ms"
                    + "  p99 wait ms: predicted    ideal  measured  measured/predicted  measured/ideal");
            for (double utilisation : utilisations(arguments)) {
                double ratio = benchmark.step(utilisation, seconds);
                within &= ratio > 1 / factor && ratio < factor;
            }
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

    /** How long threads take to run again once they were unparked, sorted. */
    private static long[] wakeUps() throws InterruptedException {
        long[] delays = new long[WAKE_UPS];
        for (int i = 0; i < WAKE_UPS; i++) {
            int number = i;
            Thread sleeper = new Thread(() -> {
                LockSupport.park();
                delays[number] += System.nanoTime();
            });
            sleeper.start();
            while (sleeper.getState() != Thread.State.WAITING) {
                LockSupport.parkNanos(100_000);
            }
            delays[i] = -System.nanoTime();
            LockSupport.unpark(sleeper);
            sleeper.join();
        }
        Arrays.sort(delays);
        return delays;
    }

    /** Prints one line; measured over predicted. */
    private double step(double utilisation, double seconds) throws InterruptedException {
        // A hold is longer than the sleep by statement, network and scheduling, and by how much depends on the load.
        overheadMillis = overhead(loop.run(perSecond(utilisation), SLEEP_MILLIS, WARM_UP_SECONDS));
        overheadMillis = overhead(loop.run(perSecond(utilisation), SLEEP_MILLIS, WARM_UP_SECONDS));
        List<Borrow> borrows = loop.run(perSecond(utilisation), SLEEP_MILLIS, seconds);
        PoolQueue predicted = new PoolQueue(measured(borrows), CONNECTIONS);
        long[] ideal = OpenLoop.idealWaits(borrows, CONNECTIONS);
        Arrays.sort(ideal);
        double measuredP99 = millis(sorted(borrows, Borrow::waited), 0.99);
        double ratio = measuredP99 / predicted.p99WaitMillis();
        System.out.printf(
                "%11.3f  %9.1f  %7.2f  %11.2f  %6.2f / %6.2f  %22.2f  %7.2f  %8.2f  %18.2f  %14.2f%n",
                predicted.utilisation(),
                predicted.load().borrowsPerSecond(),
                predicted.load().holdMillis(),
                predicted.load().variability(),
                millis(sorted(borrows, Borrow::late), 0.5),
                millis(sorted(borrows, Borrow::late), 0.99),
                predicted.p99WaitMillis(),
                millis(ideal, 0.99),
                measuredP99,
                ratio,
                measuredP99 / millis(ideal, 0.99));
        return ratio;
    }

    private double perSecond(double utilisation) {
        return utilisation * CONNECTIONS * 1000 / (SLEEP_MILLIS + overheadMillis);
    }

    private static double overhead(List<Borrow> borrows) {
        return borrows.stream()
                        .mapToLong(borrow -> borrow.held() - borrow.slept())
                        .average()
                        .orElseThrow()
                / 1e6;
    }

    /** What arrived and how long it held, as measured. */
    private static Load measured(List<Borrow> borrows) {
        long[] gaps = new long[borrows.size() - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = borrows.get(i + 1).asked() - borrows.get(i).asked();
        }
        long[] holds = borrows.stream().mapToLong(Borrow::held).toArray();
        double variability = (squaredVariation(gaps) + squaredVariation(holds)) / 2;
        return new Load(1e9 / mean(gaps), mean(holds) / 1e6, variability);
    }

    /** The square of the coefficient of variation: 1 for exponential times. */
    private static double squaredVariation(long[] times) {
        double mean = mean(times);
        double variance = LongStream.of(times)
                .mapToDouble(time -> (time - mean) * (time - mean))
                .average()
                .orElseThrow();
        return variance / (mean * mean);
    }

    private static double mean(long[] times) {
        return LongStream.of(times).average().orElseThrow();
    }

    private static long[] sorted(List<Borrow> borrows, ToLongFunction<Borrow> time) {
        return borrows.stream().mapToLong(time).sorted().toArray();
    }

    private static double millis(long[] sorted, double quantile) {
        return sorted[(int) (quantile * sorted.length)] / 1e6;
    }
}
