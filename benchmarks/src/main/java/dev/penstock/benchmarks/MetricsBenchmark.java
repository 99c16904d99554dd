package dev.penstock.benchmarks;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.metrics.DatabaseMetrics;
import dev.penstock.metrics.MetricsOptions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the meters cost: borrow and return of a warm connection with nothing done in between, and with one statement, without meters and with them. Run:
 * {@code java -cp ... dev.penstock.benchmarks.MetricsBenchmark}; look at the ratio to {@code off} of the same run,
 * of the medians: iterations are short so that one in which the machine did something else does not count.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 100, time = 100, timeUnit = TimeUnit.MILLISECONDS)
// JMH calls open() before it reads a field.
@SuppressWarnings("NullAway.Init")
public class MetricsBenchmark {
    /** {@code hikari}: with the timers of HikariCP's names as well. */
    @Param({"off", "on", "buckets", "hikari"})
    public String meters;

    private PostgresCluster cluster;
    private Database database;
    private DatabaseMetrics metrics;

    @Setup(Level.Trial)
    public void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).start();
        database = Database.open(DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .replicas("localhost:" + cluster.replicas().get(0).port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.disabled())
                .pool(4, 0, Duration.ofSeconds(5))
                .build());
        metrics = new DatabaseMetrics(database, options());
        if (!meters.equals("off")) {
            metrics.bindTo(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        }
    }

    private MetricsOptions options() {
        return switch (meters) {
            case "buckets" -> MetricsOptions.defaults().withAcquireBuckets();
            case "hikari" -> MetricsOptions.defaults().withHikariTimers();
            default -> MetricsOptions.defaults();
        };
    }

    @TearDown(Level.Trial)
    public void close() {
        try (PostgresCluster ended = cluster) {
            metrics.close();
            database.close();
        }
    }

    @Benchmark
    public boolean writer() throws SQLException {
        try (Connection connection = database.writer().getConnection()) {
            return connection.isClosed();
        }
    }

    @Benchmark
    public boolean reader() throws SQLException {
        try (Connection connection = database.reader().getConnection()) {
            return connection.isClosed();
        }
    }

    /** One round trip to a server on the same machine: the least that anybody borrows for. */
    @Benchmark
    public int readerStatement() throws SQLException {
        try (Connection connection = database.reader().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select 1")) {
            row.next();
            return row.getInt(1);
        }
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(MetricsBenchmark.class.getSimpleName())
                        .addProfiler("gc")
                        .build())
                .run();
    }
}
