package dev.penstock.benchmarks.peers;

import dev.penstock.Database;
import dev.penstock.observe.NodeState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

/**
 * One whole call with one prepared query, on the stub server: what a change costs is the ratio of this to the same run of the version
 * before it, JVM by JVM in turns, with {@code -prof gc} for the bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
// JMH calls open() before it reads a field.
@SuppressWarnings("NullAway.Init")
public class CallBenchmark {
    private Site site;
    private Database database;

    @Setup(Level.Trial)
    public void open() throws Exception {
        site = Site.stub();
        database = site.penstock();
        if (!database.await(
                status -> status.nodes().stream().allMatch(node -> node.state() == NodeState.UP),
                Duration.ofSeconds(20))) {
            throw new SQLException("not every node came up: " + database.status());
        }
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        try (Site ended = site) {
            database.close();
        }
    }

    private static int query(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select 1");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    @Benchmark
    public int read() throws SQLException {
        return database.read(CallBenchmark::query);
    }

    @Benchmark
    public int write() throws SQLException {
        return database.writeReturning(CallBenchmark::query);
    }

    @Benchmark
    public int lazyQuery() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return query(connection);
        }
    }
}
