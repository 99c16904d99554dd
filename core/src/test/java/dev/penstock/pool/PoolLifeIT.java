package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.PoolConfig;
import dev.penstock.config.TimeoutConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Identity;
import dev.penstock.connect.LoginListener;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.observe.WarmUp;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.AuthMethod;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.postgresql.PGConnection;

/** What a pool holds from its first connection to its last, as it says and as the server counts. */
@TestInstance(Lifecycle.PER_CLASS)
class PoolLifeIT {
    private static final int SIZE = 4;
    private static final int OVERFLOW = 2;

    private PostgresCluster cluster;

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        cluster.awaitReplicas();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void connections_are_opened_as_load_needs_them_and_not_beside_the_busy_ones() throws SQLException {
        try (Database db = open()) {
            List<Connection> held = new ArrayList<>();
            for (int i = 1; i <= SIZE + OVERFLOW; i++) {
                held.add(db.writer().getConnection());
                PoolSnapshot pool = writes(db);
                assertThat(pool.checkedOut()).isEqualTo(i);
                // Hikari keeps one idle in reserve where there is room; never a whole pool_size of them.
                assertThat(pool.checkedIn()).isLessThanOrEqualTo(1);
                assertThat(pool.overflow()).isEqualTo(Math.max(0, pool.total() - SIZE));
            }
            assertThat(sessions()).isLessThanOrEqualTo(SIZE + OVERFLOW + 1);
            assertThat(writes(db))
                    .hasToString("write: size=4, checked in=0, checked out=6, overflow=2, invalid=0, waiting=0");
            for (Connection one : held) {
                one.close();
            }
            assertThat(writes(db).checkedOut()).isZero();
            assertThat(writes(db).checkedIn()).isEqualTo(SIZE + OVERFLOW);
        }
    }

    @Test
    void broken_connections_are_counted_and_replaced() throws Exception {
        try (Database db = open()) {
            db.write(c -> Served.run(c, "select 1"));
            assertThatThrownBy(() -> db.write(c -> Served.run(c, "select pg_terminate_backend(pg_backend_pid())")))
                    .isInstanceOf(SQLException.class);
            db.write(c -> Served.run(c, "select 1"));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(writes(db).invalid()).isEqualTo(1));
        }
    }

    @Test
    void every_borrow_and_every_return_is_counted_also_of_connections_that_have_ended() throws Exception {
        try (Database db = open();
                Load load = Load.of(4, () -> db.write(c -> Served.run(c, "select 1")))) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> db.write(c -> Served.run(c, "select pg_terminate_backend(pg_backend_pid())")))
                        .isInstanceOf(SQLException.class);
                load.awaitMore(20);
            }
            load.close();
            assertThat(load.failures()).isEmpty();
            long borrows = load.done() + 20;
            assertThat(writes(db).borrowed()).isEqualTo(borrows);
            assertThat(writes(db).returned()).isEqualTo(borrows);
            try (Connection held = db.writer().getConnection()) {
                assertThat(held.isClosed()).isFalse();
                assertThat(writes(db).borrowed()).isEqualTo(borrows + 1);
                assertThat(writes(db).returned()).isEqualTo(borrows);
            }
            assertThat(writes(db).returned()).isEqualTo(borrows + 1);
        }
    }

    @Test
    void warming_up_opens_pool_size_connections_of_each_pool_in_use_and_says_so() throws SQLException {
        try (Database db = open()) {
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            db.status().node("node-2").orElseThrow().state().serves());
            List<WarmUp> reports = db.warmUp();
            System.out.println("warm-up: " + reports);

            assertThat(reports).extracting(WarmUp::purpose).containsExactlyInAnyOrder("write", "read");
            assertThat(reports).allSatisfy(report -> {
                assertThat(report.opened()).isEqualTo(SIZE);
                assertThat(report.failure()).isEmpty();
                assertThat(report.toString()).contains("4 of 4 connections");
            });
            assertThat(writes(db).checkedIn()).isGreaterThanOrEqualTo(SIZE);
            assertThat(writes(db).checkedOut()).isZero();
        }
    }

    @Test
    void who_comes_when_the_queue_is_full_is_refused_at_once_and_told_why() throws Exception {
        PoolConfig small = PoolConfig.builder()
                .size(1)
                .maxOverflow(0)
                .timeout(Duration.ofSeconds(20))
                .recycle(Duration.ofSeconds(1800))
                .idleTimeout(Duration.ofSeconds(600))
                .keepalive(Duration.ZERO)
                .maxWaiting(1)
                .build();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Database db = Database.open(TestConfigs.of(cluster).pool(small).build())) {
            Connection held = threads.submit(() -> db.writer().getConnection()).get(20, TimeUnit.SECONDS);
            Future<?> waiter = threads.submit(() -> {
                db.write(c -> Served.run(c, "select 1"));
                return null;
            });
            await().atMost(Duration.ofSeconds(10)).until(() -> writes(db).waiting() == 1);

            assertThatThrownBy(() -> db.write(c -> Served.run(c, "select 1")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("1 callers wait already")
                    .hasMessageContaining("max_waiting")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("53300");
            held.close();
            waiter.get(20, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closing_lets_work_in_flight_end_and_takes_no_more() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Database db = Database.open(TestConfigs.of(cluster)
                    .timeouts(TimeoutConfig.builder()
                            .connect(Duration.ofSeconds(10))
                            .statement(Duration.ofSeconds(60))
                            .close(Duration.ofSeconds(20))
                            .build())
                    .build());
            CountDownLatch inside = new CountDownLatch(1);
            Future<?> work = threads.submit(() -> {
                db.write(c -> {
                    inside.countDown();
                    Served.run(c, "select pg_sleep(1)");
                });
                return null;
            });
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            db.close();

            work.get(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> db.write(c -> Served.run(c, "select 1")))
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08003");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void while_closing_waits_for_work_in_flight_nobody_else_is_let_in() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Database db = Database.open(TestConfigs.of(cluster)
                .timeouts(TimeoutConfig.builder()
                        .connect(Duration.ofSeconds(10))
                        .statement(Duration.ofSeconds(60))
                        .close(Duration.ofSeconds(20))
                        .build())
                .build());
        try (Connection inFlight = db.writer().getConnection()) {
            Future<?> closing = threads.submit(db::close);
            await().atMost(Duration.ofSeconds(10)).until(() -> isRefused(db));
            assertThat(Stream.generate(() -> isRefused(db)).limit(20)).containsOnly(true);
            assertThat(closing.isDone()).isFalse();
            assertThat(Served.by(inFlight).port()).isEqualTo(cluster.primary().port());
            inFlight.close();
            closing.get(20, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean isRefused(Database db) {
        try {
            db.write(c -> Served.run(c, "select 1"));
            return false;
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("08003");
            return true;
        }
    }

    @Test
    void closing_leaves_a_session_of_the_callers_own_alone() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Connection keeper = cluster.primary().connect("appuser")) {
            Served.run(keeper, "select pg_advisory_lock(6)");
            Database db = open();
            CountDownLatch inside = new CountDownLatch(2);
            Future<?> own = threads.submit(() -> {
                try (Connection mine = db.unpooled().getConnection()) {
                    inside.countDown();
                    Served.run(mine, "select pg_advisory_lock(6)");
                }
                return null;
            });
            Future<?> pooled = threads.submit(() -> {
                db.write(c -> {
                    inside.countDown();
                    Served.run(c, "select pg_sleep(60)");
                });
                return null;
            });
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            db.close();

            assertThatThrownBy(() -> pooled.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(own.isDone()).isFalse();
            Served.run(keeper, "select pg_advisory_unlock(6)");
            own.get(20, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_single_server_is_warmed_up_for_reads_and_writes_alike() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster, List.of(cluster.primary()))
                .pool(SIZE, OVERFLOW, Duration.ofSeconds(20))
                .build())) {
            assertThat(db.warmUp())
                    .allSatisfy(report -> assertThat(report.toString()).contains("2 of 2 connections"))
                    .extracting(WarmUp::purpose)
                    .containsExactlyInAnyOrder("write", "read");
        }
    }

    @Test
    void a_place_is_free_again_even_when_a_connection_cannot_be_put_in_order_on_its_return() throws SQLException {
        PoolConfig one = PoolConfig.builder()
                .size(1)
                .maxOverflow(0)
                .timeout(Duration.ofSeconds(10))
                .recycle(Duration.ofSeconds(1800))
                .idleTimeout(Duration.ofSeconds(600))
                .keepalive(Duration.ZERO)
                .maxWaiting(1)
                .build();
        try (Database db = Database.open(TestConfigs.of(cluster).pool(one).build())) {
            Connection begunBelow = db.writer().getConnection();
            Connection driver = (Connection) begunBelow.unwrap(PGConnection.class);
            driver.setAutoCommit(false);
            assertThatThrownBy(() -> Served.run(driver, "select 1/0")).isInstanceOf(SQLException.class);
            begunBelow.close();
            db.write(c -> Served.run(c, "select 1"));

            Connection begunByText = db.writer().getConnection();
            begunByText.setReadOnly(true);
            Served.run(begunByText, "begin");
            assertThatThrownBy(begunByText::close).isInstanceOf(SQLException.class);
            db.write(c -> Served.run(c, "select 1"));
        }
    }

    @Test
    void the_topology_hears_of_a_refused_write_unless_its_borrower_asked_for_that() throws Exception {
        DatabaseConfig config = TestConfigs.of(cluster).build();
        Node node = new Node("node-1", config.primary());
        List<SQLException> heard = new ArrayList<>();
        node.onConnectionError((n, error) -> heard.add(error));
        EvictionRule rule = new EvictionRule(node, Purpose.WRITE, new Hearing(node.name(), "write"));
        try (Identity identity = Identity.open(config, config.timeouts().connect());
                Connector connector = new Connector(config, identity, new Unheard());
                NodeConnection c = connector.open(node, Purpose.WRITE, Duration.ofSeconds(20), ended -> {})) {
            c.lend(c, 0, at -> {});
            c.setReadOnly(true);
            c.setAutoCommit(false);
            SQLException refused =
                    catchThrowableOfType(SQLException.class, () -> Served.run(c, "create table app.never (id int)"));
            assertThat(refused.getSQLState()).isEqualTo("25006");
            assertThat(rule.adjudicate(refused)).isEqualTo(Override.CONTINUE_EVICT);
            assertThat(heard).isEmpty();
            c.rollback();
            // Nobody has asked for it any more: the server is to blame.
            assertThat(rule.adjudicate(refused)).isEqualTo(Override.MUST_EVICT);
            assertThat(heard).hasSize(1);
        }
    }

    private static final class Unheard implements LoginListener {
        @java.lang.Override
        public void refused(Node node, String role) {
            throw new AssertionError(role + " was refused by " + node);
        }

        @java.lang.Override
        public void weak(Node node, String role, AuthMethod method) {
            throw new AssertionError(role + " logs in by " + method);
        }

        @java.lang.Override
        public void rotated(String role) {
            throw new AssertionError(role + " has another password");
        }
    }

    @Test
    void closing_breaks_what_is_still_in_flight_when_its_time_is_over() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Database db = open();
            CountDownLatch inside = new CountDownLatch(1);
            Future<?> work = threads.submit(() -> {
                db.write(c -> {
                    inside.countDown();
                    Served.run(c, "select pg_sleep(60)");
                });
                return null;
            });
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            db.close();

            assertThatThrownBy(() -> work.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(Exception.class);
            await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    private Database open() throws SQLException {
        return Database.open(TestConfigs.of(cluster)
                .pool(SIZE, OVERFLOW, Duration.ofSeconds(20))
                .build());
    }

    private static PoolSnapshot writes(Database db) {
        return db.status().primary().orElseThrow().pools().stream()
                .filter(pool -> pool.purpose().equals("write"))
                .findFirst()
                .orElseThrow();
    }

    private int sessions() throws SQLException {
        return Integer.parseInt(cluster.primary()
                .execute("select count(*) from pg_stat_activity where usename = 'appuser' and state is not null")
                .get(0)
                .get(0));
    }
}
