package dev.penstock.benchmarks.peers;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
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

/**
 * One caller, one connection at a time, through one {@link Contender} in a JVM of its own. {@link PeerReport} runs it and
 * prints the table.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
// JMH calls open() before it reads a field, and sets the parameters.
@SuppressWarnings("NullAway.Init")
public class PeerBenchmark {
    @Param("HIKARI")
    public String contender;

    @Param("stub")
    public String server;

    private Site site;
    private Contender.Rig rig;
    private DataSource source;
    private boolean readOnly;

    @Setup(Level.Trial)
    public void open() throws Exception {
        Contender chosen = Contender.valueOf(contender);
        site = server.equals("stub") ? Site.stub() : Site.postgres();
        rig = chosen.open(site);
        source = rig.source();
        readOnly = chosen.isReadOnly();
        if (!server.equals("stub")) {
            goesWhereItShould(chosen);
        }
    }

    private void goesWhereItShould(Contender chosen) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
            row.next();
            if (row.getBoolean(1) != chosen.readsReplica()) {
                throw new IllegalStateException(chosen.label() + " does not go where it should");
            }
        }
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        try (Site ended = site) {
            rig.close();
        }
    }

    private Connection connection() throws SQLException {
        Connection connection = source.getConnection();
        if (readOnly) {
            connection.setReadOnly(true);
        }
        return connection;
    }

    /** Opened and closed: a lazy source has nothing to do. */
    @Benchmark
    public Object unused() throws SQLException {
        try (Connection connection = connection()) {
            return connection;
        }
    }

    /** Opened, made to have a real connection without asking the server anything, and closed. */
    @Benchmark
    public Object cycle() throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("select 1")) {
            return statement;
        }
    }

    /** Opened, one query prepared, run and read, and closed. */
    @Benchmark
    public int query() throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("select 1");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
