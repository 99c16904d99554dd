package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** How many connections one process holds to one server, counted by the server. */
@TestInstance(Lifecycle.PER_CLASS)
class CeilingIT {
    private static final int CEILING = 6;

    private PostgresCluster cluster;

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder().tls(true).start();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void reads_and_writes_on_one_server_together_never_hold_more_than_the_ceiling() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean stop = new AtomicBoolean();
        try (Database db = open(Duration.ofSeconds(20))) {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                boolean writes = i % 2 == 0;
                load.add(threads.submit(() -> work(db, writes, stop)));
            }
            int most = watch(cluster.nodes());
            stop.set(true);
            for (Future<?> one : load) {
                one.get(20, TimeUnit.SECONDS);
            }
            // The monitor holds one more.
            assertThat(most).isBetween(2, CEILING + 1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void no_server_holds_more_than_the_ceiling_through_the_loss_of_a_replica_and_a_change_of_roles() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean stop = new AtomicBoolean();
        try (PostgresCluster three =
                        PostgresCluster.builder().replicas(2).tls(true).start();
                Database db = Database.open(
                        TestConfigs.of(three).pool(4, 2, Duration.ofSeconds(20)).build())) {
            three.awaitReplicas();
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                boolean writes = i % 2 == 0;
                load.add(threads.submit(() -> keepWorking(db, writes, stop)));
            }
            int most = watch(three.nodes());
            three.replicas().get(1).kill();
            most = Math.max(most, watch(three.nodes().subList(0, 2)));
            PostgresNode next = three.replicas().get(0);
            three.primary().kill();
            next.promote();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> db.status().primary().isPresent()
                            && db.status().primary().get().endpoint().endsWith(":" + next.port()));
            most = Math.max(most, watch(List.of(next)));
            stop.set(true);
            for (Future<?> one : load) {
                one.get(30, TimeUnit.SECONDS);
            }
            // The monitor holds one more.
            assertThat(most).isBetween(2, CEILING + 1);
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    /** The most sessions that any of the servers showed within a second; what a server is ending already counts until it has. */
    private static int watch(List<PostgresNode> nodes) throws SQLException {
        List<Connection> watchers = new ArrayList<>();
        try {
            for (PostgresNode node : nodes) {
                watchers.add(node.connect());
            }
            int most = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            for (int i = 0; i < 40 || System.nanoTime() - end < 0; i++) {
                for (Connection watcher : watchers) {
                    most = Math.max(most, settled(watcher));
                }
            }
            return most;
        } finally {
            for (Connection watcher : watchers) {
                watcher.close();
            }
        }
    }

    /** More than the ceiling counts when it stays so for half a second. */
    private static int settled(Connection watcher) throws SQLException {
        int sessions = sessions(watcher);
        long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        while (sessions > CEILING + 1 && System.nanoTime() - patience < 0) {
            sessions = Math.min(sessions, sessions(watcher));
        }
        return sessions;
    }

    /** Through an outage: what fails is not what is counted here. */
    private static Object keepWorking(Database db, boolean writes, AtomicBoolean stop) {
        int failed = 0;
        while (!stop.get()) {
            try {
                work(db, writes);
            } catch (SQLException outage) {
                failed++;
            }
        }
        return failed;
    }

    @Test
    void a_pool_that_needs_room_gets_it_from_the_idle_connections_of_its_sibling() throws Exception {
        try (Database db = open(Duration.ofSeconds(10))) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < CEILING; i++) {
                all.add(db.reader().getConnection());
            }
            for (Connection one : all) {
                one.close();
            }
            all.clear();
            for (int i = 0; i < CEILING; i++) {
                all.add(db.writer().getConnection());
            }
            assertThat(sessions()).isLessThanOrEqualTo(CEILING + 1);
            for (Connection one : all) {
                one.close();
            }
        }
    }

    @Test
    void a_borrow_that_times_out_says_what_is_held_and_for_how_long_it_waited() throws Exception {
        try (Database db = open(Duration.ofSeconds(1))) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < CEILING; i++) {
                all.add(db.writer().getConnection());
            }
            assertThatThrownBy(() -> db.write(c -> Served.run(c, "select 1")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("within 1000 ms")
                    .hasMessageContaining("checked out=" + CEILING)
                    .hasMessageContaining("This thread borrowed " + CEILING + " of them");
            for (Connection one : all) {
                one.close();
            }
            db.write(c -> Served.run(c, "select 1"));
        }
    }

    @Test
    void nothing_is_left_after_close() throws Exception {
        Database db = open(Duration.ofSeconds(5));
        db.write(c -> Served.run(c, "select 1"));
        Connection held = db.reader().getConnection();
        Connection untouched = db.reader().getConnection();
        long start = System.nanoTime();
        db.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThatThrownBy(() -> Served.by(held)).isInstanceOf(SQLException.class);
        held.close();
        untouched.close();
        await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 0);
        await().atMost(Duration.ofSeconds(10)).until(() -> threadsLeft().isEmpty());
        assertThatThrownBy(() -> db.write(c -> {})).isInstanceOf(SQLException.class);
    }

    private static List<String> threadsLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("penstock"))
                .toList();
    }

    private Database open(Duration timeout) throws SQLException {
        return Database.open(TestConfigs.of(cluster).pool(4, 2, timeout).build());
    }

    private int sessions() throws SQLException {
        try (Connection watcher = cluster.primary().connect()) {
            return sessions(watcher);
        }
    }

    private static int sessions(Connection watcher) throws SQLException {
        try (Statement statement = watcher.createStatement();
                ResultSet row = statement.executeQuery(
                        "select count(*) from pg_stat_activity where application_name = 'penstock'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static Object work(Database db, boolean writes, AtomicBoolean stop) throws SQLException {
        while (!stop.get()) {
            work(db, writes);
        }
        return null;
    }

    private static void work(Database db, boolean writes) throws SQLException {
        if (writes) {
            db.write(c -> Served.run(c, "select pg_sleep(0.002)"));
        } else {
            db.read(c -> {
                Served.run(c, "select pg_sleep(0.002)");
                return null;
            });
        }
    }
}
