package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A write is run again when it was provably not executed and its options allow it, and in no other case. */
@TestInstance(Lifecycle.PER_CLASS)
class WriteRetryIT {
    private static final WriteOptions TWICE = WriteOptions.defaults().retries(2);
    private static final String END_SESSION = "select pg_terminate_backend(pg_backend_pid())";

    private PostgresCluster cluster;
    private Database db;
    private final List<String> retried = new CopyOnWriteArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().tls(true).start();
        cluster.primary().execute("create table app.row (id int primary key, n int not null)");
        cluster.primary().execute("grant all on app.row to appuser");
        db = Database.open(TestConfigs.of(cluster).build());
        db.addListener(new DatabaseListener() {
            @Override
            public void writeRetried(String node, String sqlState) {
                retried.add(sqlState);
            }
        });
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @BeforeEach
    void empty() throws SQLException {
        cluster.primary().execute("delete from app.row");
        cluster.primary().execute("insert into app.row values (1, 0), (2, 0)");
        retried.clear();
        runs.set(0);
    }

    private int sum() throws SQLException {
        return Integer.parseInt(
                cluster.primary().execute("select sum(n) from app.row").get(0).get(0));
    }

    /** Adds one, and loses its session the first so many times. */
    private void add(Connection c, int losses) throws SQLException {
        Served.run(c, "update app.row set n = n + 1 where id = 1");
        if (runs.incrementAndGet() <= losses) {
            Served.run(c, END_SESSION);
        }
    }

    @Test
    void a_transaction_whose_connection_is_lost_before_its_commit_runs_again() throws SQLException {
        db.write(TWICE, c -> add(c, 2));
        assertThat(runs).hasValue(3);
        assertThat(sum()).isEqualTo(1);
        await().atMost(Duration.ofSeconds(20)).until(() -> retried.size() == 2);
    }

    @Test
    void nothing_runs_again_that_the_options_do_not_allow() throws SQLException {
        assertThatThrownBy(() -> db.write(c -> add(c, 1))).isInstanceOf(SQLException.class);
        assertThat(runs).hasValue(1);
        assertThatThrownBy(() -> db.write(TWICE, c -> add(c, 4)))
                .isInstanceOf(SQLException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
        assertThat(runs).hasValue(4);
        assertThat(sum()).isZero();
    }

    @Test
    void what_a_closure_has_committed_by_itself_is_not_run_again() throws SQLException {
        assertThatThrownBy(() -> db.write(TWICE, c -> {
                    Served.run(c, "update app.row set n = n + 1 where id = 1");
                    Served.run(c, "/* by text */ commit");
                    add(c, 9);
                }))
                .isInstanceOf(SQLException.class);
        assertThat(runs).hasValue(1);
        assertThat(sum()).isEqualTo(1);
    }

    @Test
    void a_statements_own_error_is_not_retried() {
        assertThatThrownBy(() -> db.write(TWICE, c -> {
                    runs.incrementAndGet();
                    Served.run(c, "insert into app.row values (1, 0)");
                }))
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("23505");
        assertThat(runs).hasValue(1);
    }

    @Test
    void an_exception_that_wraps_a_lost_connection_counts_as_one() throws SQLException {
        db.write(TWICE, c -> {
            try {
                add(c, 1);
            } catch (SQLException e) {
                throw new IllegalStateException("as jOOQ would", e);
            }
        });
        assertThat(runs).hasValue(2);
        assertThat(sum()).isEqualTo(1);
    }

    @Test
    void who_loses_a_deadlock_runs_again_and_both_are_served() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> one = threads.submit(() -> cross(both, 1, 2));
            Future<?> other = threads.submit(() -> cross(both, 2, 1));
            one.get(60, TimeUnit.SECONDS);
            other.get(60, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
        assertThat(sum()).isEqualTo(4);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(retried).contains("40P01"));
    }

    private Object cross(CyclicBarrier both, int first, int second) throws SQLException {
        AtomicInteger mine = new AtomicInteger();
        db.write(TWICE, c -> {
            Served.run(c, "update app.row set n = n + 1 where id = " + first);
            if (mine.incrementAndGet() == 1) {
                meet(both);
            }
            Served.run(c, "update app.row set n = n + 1 where id = " + second);
        });
        return mine;
    }

    private static void meet(CyclicBarrier both) {
        try {
            both.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
