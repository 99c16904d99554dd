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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Borrow and return of a warm connection, with nothing done in between: our views beside a plain Hikari pool, all on one
 * embedded PostgreSQL. Run: {@code java -cp ... dev.penstock.benchmarks.BorrowBenchmark}; look at the ratio to
 * {@code hikari} and at {@code gc.alloc.rate.norm}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
// JMH calls open() before it reads a field.
@SuppressWarnings("NullAway.Init")
public class BorrowBenchmark {
    private PostgresCluster cluster;
    private Database database;
    private HikariDataSource hikari;

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
        HikariConfig plain = new HikariConfig();
        plain.setJdbcUrl(cluster.primary().jdbcUrl());
        plain.setUsername("appuser");
        plain.setPassword(cluster.password("appuser"));
        plain.setMaximumPoolSize(4);
        hikari = new HikariDataSource(plain);
    }

    @TearDown(Level.Trial)
    public void close() {
        try (PostgresCluster ended = cluster) {
            hikari.close();
            database.close();
        }
    }

    @Benchmark
    public boolean hikari() throws SQLException {
        try (Connection connection = hikari.getConnection()) {
            return connection.isClosed();
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

    /** Opened, told what a framework tells it, and closed again: no pool is touched. */
    @Benchmark
    public boolean lazyUnused() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return connection.isClosed();
        }
    }

    /** With the statement that makes it take a session; beside {@link #writerStatement}. */
    @Benchmark
    public boolean lazyStatement() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.isClosed();
        }
    }

    @Benchmark
    public boolean writerStatement() throws SQLException {
        try (Connection connection = database.writer().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.isClosed();
        }
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(BorrowBenchmark.class.getSimpleName())
                        .addProfiler("gc")
                        .build())
                .run();
    }
}
