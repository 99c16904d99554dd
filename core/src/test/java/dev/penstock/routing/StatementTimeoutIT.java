package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The socket waits as long as a statement may take, and a moment more, whoever says how long that is. */
@TestInstance(Lifecycle.PER_CLASS)
class StatementTimeoutIT {
    /** A statement may take a second, and the socket waits five more. */
    private static final int CONFIGURED = 6000;

    private PostgresCluster cluster;
    private Database db;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).start();
        db = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(1))
                .build());
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            threads.shutdownNow();
            db.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"20s, 25000", "1500, 6500", "120000, 125000", "90min, 5405000", "1d, 86405000", "0, 0", "10ms, 5010"})
    void the_socket_follows_the_statement_deadline_of_a_transaction_and_no_longer(String asked, int socketMillis)
            throws SQLException {
        ReadOptions read = ReadOptions.defaults().with("app.user_id", "7").with("Statement_Timeout", asked);
        assertThat(db.read(read, Connection::getNetworkTimeout).intValue()).isEqualTo(socketMillis);
        assertThat(db.read(read.isolation(Isolation.REPEATABLE_READ), Connection::getNetworkTimeout)
                        .intValue())
                .isEqualTo(socketMillis);
        WriteOptions write = WriteOptions.defaults().with("statement_timeout", asked);
        assertThat(db.writeReturning(write, Connection::getNetworkTimeout).intValue())
                .isEqualTo(socketMillis);
        assertThat(db.read(Connection::getNetworkTimeout).intValue()).isEqualTo(CONFIGURED);
        assertThat(db.writeReturning(Connection::getNetworkTimeout).intValue()).isEqualTo(CONFIGURED);
    }

    @Test
    void a_statement_that_is_given_more_time_than_configured_ends_by_itself_and_runs_once() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Timed> read = Timed.begin(
                threads, () -> db.read(ReadOptions.defaults().with("statement_timeout", "20s"), c -> sleep(c, runs)));
        CompletableFuture<Timed> write = Timed.begin(
                threads,
                () -> db.write(
                        WriteOptions.defaults().with("statement_timeout", "20s").retries(1), c -> sleep(c, runs)));
        read.get(30, TimeUnit.SECONDS).succeededWithin(Duration.ofSeconds(20));
        write.get(30, TimeUnit.SECONDS).succeededWithin(Duration.ofSeconds(20));
        assertThat(runs).hasValue(2);
    }

    /** Longer than the configured socket deadline. */
    private static int sleep(Connection connection, AtomicInteger runs) throws SQLException {
        int run = runs.incrementAndGet();
        Served.run(connection, "select pg_sleep(6.3)");
        return run;
    }

    @Test
    void a_query_timeout_bounds_the_socket_while_its_statement_runs() throws Exception {
        try (Database patient = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(60))
                .build())) {
            for (DataSource source : new DataSource[] {patient.writer(), patient.dataSource()}) {
                try (Connection c = source.getConnection()) {
                    followsQueryTimeout(c, 65_000);
                }
            }
            try (Connection c = patient.unpooled().getConnection()) {
                followsQueryTimeout(c, 0);
            }
        }
    }

    private void followsQueryTimeout(Connection connection, int otherwise) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(20);
            CompletableFuture<Timed> run = Timed.begin(threads, () -> statement.execute("select pg_sleep(0.5)"));
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> connection.getNetworkTimeout() == 25_000 || run.isDone());
            assertThat(run).isNotDone();
            run.get(20, TimeUnit.SECONDS).succeededWithin(Duration.ofSeconds(20));
            assertThat(connection.getNetworkTimeout()).isEqualTo(otherwise);
        }
    }
}
