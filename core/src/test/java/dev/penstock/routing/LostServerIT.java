package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.NodeHistory;
import dev.penstock.Processes;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.StopMode;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A server that ends, in each of the ways in which servers end, and comes back (faults F2 to F6). */
@TestInstance(Lifecycle.PER_CLASS)
class LostServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(1);

    /** The promise is 50 ms beyond the deadline of a borrow and 100 ms for any call; a busy machine gets ten times that. */
    private static final Duration BORROW_SLACK = Duration.ofMillis(500);

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private PostgresCluster cluster;
    private PostgresNode primary;
    private Database db;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).start();
        primary = cluster.primary();
        primary.execute("create table app.visit (id bigserial primary key)");
        primary.execute("grant all on all sequences in schema app to appuser");
        cluster.awaitReplicas();
    }

    @BeforeEach
    void open() throws SQLException {
        db = open(BORROW);
    }

    private Database open(Duration borrow) throws SQLException {
        Database opened = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(8, 2, borrow)
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(10))
                .build());
        await().atMost(SOON)
                .until(() -> opened.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        return opened;
    }

    @AfterEach
    void heal() {
        db.close();
        cluster.nodes().forEach(PostgresNode::start);
        cluster.awaitReplicas();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    @Test
    void a_clean_stop_ends_the_write_in_flight_and_marks_the_node_down_at_once() throws Exception {
        losesAndFindsItsPrimary(() -> primary.stop(StopMode.FAST));
    }

    @Test
    void an_immediate_stop_ends_the_write_in_flight_and_marks_the_node_down_at_once() throws Exception {
        losesAndFindsItsPrimary(() -> primary.stop(StopMode.IMMEDIATE));
    }

    @Test
    void the_death_of_the_postmaster_alone_ends_the_write_in_flight_and_marks_the_node_down_at_once() throws Exception {
        losesAndFindsItsPrimary(() -> {
            Processes.signal("KILL", Processes.postmaster(cluster, primary));
            await().atMost(SOON).until(() -> !primary.isRunning());
        });
    }

    @Test
    void the_death_of_every_process_ends_the_write_in_flight_and_marks_the_node_down_at_once() throws Exception {
        losesAndFindsItsPrimary(() -> primary.kill());
    }

    private interface Fault {
        void strike() throws Exception;
    }

    private void losesAndFindsItsPrimary(Fault fault) throws Exception {
        CompletableFuture<Timed> inFlight = begin(c -> Served.run(c, "select pg_sleep(8)"));
        fault.strike();
        long struck = System.nanoTime();
        inFlight.get(5, TimeUnit.SECONDS).failedWithin(SOON, "57P01|57P02|08006");
        await().atMost(AT_ONCE).until(() -> stateOf("node-1") == NodeState.DOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - struck)).isLessThan(AT_ONCE.multipliedBy(2));
        Timed.call(() -> db.read(Served::by)).succeededWithin(AT_ONCE);
        Timed refused = Timed.call(this::insert);
        SQLException error = refused.failedWithin(BORROW.plus(BORROW_SLACK), "08001");
        assertThat(error.getMessage()).contains("node-1");
        assertThat(db.status().primary()).isEmpty();
        startAgain();
        await().atMost(SOON).until(() -> Timed.call(this::insert).error().isEmpty());
        assertThat(db.status().primary().orElseThrow().name()).isEqualTo("node-1");
        assertThat(db.status().primary().orElseThrow().timeline()).isEqualTo(1);
    }

    /** Orphans of a killed postmaster hold its memory for a moment more. */
    private void startAgain() {
        await().atMost(SOON).ignoreExceptions().until(() -> {
            primary.start();
            return primary.isRunning();
        });
    }

    /** Begins a write and returns when it is in its closure. */
    private CompletableFuture<Timed> begin(dev.penstock.SqlAction work) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Timed> call = Timed.begin(
                threads,
                () -> db.write(c -> {
                    begun.countDown();
                    work.run(c);
                }));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        return call;
    }

    @Test
    void a_smart_stop_is_noticed_by_the_first_new_session_and_lets_the_running_transaction_end_and_then_the_server()
            throws Exception {
        List<Connection> held = new ArrayList<>();
        held.add(db.writer().getConnection());
        held.get(0).setAutoCommit(false);
        Served.run(held.get(0), "insert into app.visit default values");
        primary.beginStop(StopMode.SMART);
        await().atMost(SOON).until(() -> refusesNewSessions(primary));
        // What stands already may still be lent; what is lent is kept, so that the pool has to open another one.
        await().atMost(SOON)
                .until(() -> Timed.call(() -> held.add(db.writer().getConnection()))
                        .error()
                        .isPresent());
        assertThat(db.status().primary()).isEmpty();
        Served.run(held.get(0), "insert into app.visit default values");
        held.get(0).commit();
        for (Connection one : held) {
            one.close();
        }
        await().atMost(SOON).until(() -> !primary.isRunning());
    }

    private static boolean refusesNewSessions(PostgresNode node) {
        return Timed.call(() -> node.connect("appuser").close())
                .error()
                .filter(error -> "57P03".equals(error.getSQLState()))
                .isPresent();
    }

    @Test
    void the_crash_of_one_backend_restarts_the_server_and_nobody_reopens_anything() throws Exception {
        NodeHistory history = NodeHistory.of(db);
        try (Load reads = Load.of(4, () -> db.read(Served::by))) {
            Connection doomed = db.writer().getConnection();
            Processes.signal("KILL", Processes.backend(doomed));
            Timed.call(() -> Served.run(doomed, "select 1")).failedWithin(SOON, "57P01|57P02|08007");
            doomed.close();
            await().atMost(SOON).until(() -> Timed.call(this::insert).error().isEmpty());
            reads.awaitMore(200);
            assertThat(reads.failures()).isEmpty();
        }
        NodeStatus after = db.status().primary().orElseThrow();
        assertThat(after.name()).isEqualTo("node-1");
        assertThat(after.timeline()).isEqualTo(1);
        assertThat(history.lost()).allSatisfy(lost -> assertThat(lost).startsWith("node-1 DOWN"));
    }

    @Test
    void a_writer_that_waits_is_served_soon_after_the_same_host_came_back_from_a_second_of_outage() throws Exception {
        try (Database patient = open(Duration.ofSeconds(15))) {
            patient.write(c -> Served.run(c, "select 1"));
            primary.kill();
            long killed = System.nanoTime();
            await().atMost(SOON).until(() -> patient.status().primary().isEmpty());
            CompletableFuture<Long> served = CompletableFuture.supplyAsync(
                    () -> {
                        Timed.call(() -> patient.write(c -> Served.run(c, "select 1")))
                                .succeededWithin(SOON);
                        return System.nanoTime();
                    },
                    threads);
            await().atMost(SOON).until(() -> System.nanoTime() - killed > 1_000_000_000L);
            primary.start();
            await().atMost(SOON)
                    .until(() -> Timed.call(() -> primary.connect("appuser").close())
                            .error()
                            .isEmpty());
            long accepting = System.nanoTime();
            Duration late = Duration.ofNanos(served.get(20, TimeUnit.SECONDS) - accepting);
            // The goal is 300 ms (scenario report); Hikari's own back-off would take up to five seconds.
            assertThat(late).isLessThan(Duration.ofSeconds(3));
        }
    }

    private void insert() throws SQLException {
        db.write(c -> Served.run(c, "insert into app.visit default values"));
    }

    private NodeState stateOf(String name) {
        return db.status().node(name).orElseThrow().state();
    }
}
