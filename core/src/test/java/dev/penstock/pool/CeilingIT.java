package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.SQLException;
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
            int most = 0;
            for (int i = 0; i < 150; i++) {
                most = Math.max(most, sessions());
            }
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
    void a_borrow_that_times_out_says_who_holds_what_and_for_how_long_it_waited() throws Exception {
        try (Database db = open(Duration.ofSeconds(1))) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < CEILING; i++) {
                all.add(db.writer().getConnection());
            }
            assertThatThrownBy(() -> db.write(c -> Served.run(c, "select 1")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("within 1000 ms")
                    .hasMessageContaining("checked out=" + CEILING)
                    .hasMessageContaining("pool.size");
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
        long start = System.nanoTime();
        db.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThatThrownBy(() -> Served.by(held)).isInstanceOf(SQLException.class);
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
        return Integer.parseInt(cluster.primary()
                .execute("select count(*) from pg_stat_activity where application_name = 'penstock'")
                .get(0)
                .get(0));
    }

    private static Object work(Database db, boolean writes, AtomicBoolean stop) throws SQLException {
        while (!stop.get()) {
            if (writes) {
                db.write(c -> Served.run(c, "select pg_sleep(0.002)"));
            } else {
                db.read(c -> {
                    Served.run(c, "select pg_sleep(0.002)");
                    return null;
                });
            }
        }
        return null;
    }
}
