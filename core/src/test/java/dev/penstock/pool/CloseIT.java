package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long closing takes, which is {@code close_timeout} and a second at most, however far the servers are and whatever runs on them. */
@PostgresTest(replicas = 0, tls = true)
class CloseIT {
    private static final int CONNECTIONS = 8;
    private static final Duration HALF_OF_ROUND_TRIP = Duration.ofMillis(250);

    /** A second for work in flight, one for the server, and one for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(3);

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TcpProxy proxy;

    @BeforeEach
    void start(PostgresCluster cluster) {
        proxy = cluster.primary().proxy();
    }

    @AfterEach
    void end() {
        proxy.delay(Duration.ZERO);
        proxy.heal();
        threads.shutdownNow();
    }

    private Database open(PostgresCluster cluster) throws SQLException {
        return Database.open(TestConfigs.of(cluster)
                .primary(proxy.host() + ":" + proxy.port())
                .pool(CONNECTIONS, 0, LONG)
                .build());
    }

    @Test
    void statements_on_a_far_server_are_cancelled_side_by_side(PostgresCluster cluster) throws Exception {
        Database db = open(cluster);
        CountDownLatch running = new CountDownLatch(CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            Timed.begin(
                    threads,
                    () -> db.write(c -> {
                        running.countDown();
                        Served.run(c, "select pg_sleep(60)");
                    }));
        }
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        await().atMost(LONG).until(() -> active(cluster) == CONNECTIONS);
        proxy.delay(HALF_OF_ROUND_TRIP);
        Timed.call(db::close).succeededWithin(SOON);
        await().atMost(LONG).until(() -> active(cluster) == 0);
    }

    private static int active(PostgresCluster cluster) throws SQLException {
        return Integer.parseInt(cluster.primary()
                .execute("select count(*) from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'")
                .get(0)
                .get(0));
    }

    @Test
    void a_session_on_which_nothing_runs_costs_no_cancel(PostgresCluster cluster) throws Exception {
        Database db = open(cluster);
        List<Connection> held = borrowAll(db);
        long accepted = proxy.acceptedConnections();
        Timed.call(db::close).succeededWithin(SOON);
        // The monitor may have opened one.
        assertThat(proxy.acceptedConnections() - accepted).isLessThan(CONNECTIONS / 2);
        assertThat(held).allMatch(CloseIT::isClosed);
    }

    @Test
    void the_goodbye_of_a_far_or_silent_server_is_not_waited_for(PostgresCluster cluster) throws Exception {
        Database far = open(cluster);
        giveBack(borrowAll(far));
        proxy.delay(HALF_OF_ROUND_TRIP);
        Timed.call(far::close).succeededWithin(SOON);
        proxy.delay(Duration.ZERO);

        Database silent = open(cluster);
        giveBack(borrowAll(silent));
        proxy.halfOpen();
        Timed.call(silent::close).succeededWithin(SOON);
    }

    private static List<Connection> borrowAll(Database db) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(db.writer().getConnection());
        }
        return all;
    }

    private static void giveBack(List<Connection> connections) throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }
}
