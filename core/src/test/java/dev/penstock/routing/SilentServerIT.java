package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.NodeHistory;
import dev.penstock.Processes;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.Direction;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.TlsConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Servers and networks that stop answering, wholly or in part (faults F7 to F13), and what only looks like that. */
@TestInstance(Lifecycle.PER_CLASS)
class SilentServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(1);

    /** The promise is 50 ms beyond the deadline of a borrow; a busy machine gets ten times that. */
    private static final Duration BORROW_SLACK = Duration.ofMillis(500);

    /** A second between two probes, and a second and a half for one that is not answered; twice that for a busy machine. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(5);

    /** What a call takes that has nothing to do with the fault, on a busy machine. */
    private static final Duration UNDISTURBED = Duration.ofSeconds(2);

    private PostgresCluster cluster;
    private final List<TcpProxy> proxies = new ArrayList<>();
    private Database db;
    private NodeHistory history;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).start();
        cluster.primary().execute("create table app.visit (note text)");
        cluster.awaitReplicas();
        cluster.nodes().forEach(node -> proxies.add(node.proxy()));
    }

    @BeforeEach
    void open() throws SQLException {
        open(BORROW);
    }

    private void open(Duration borrow) throws SQLException {
        db = Database.open(TestConfigs.of(cluster)
                .primary("localhost:" + proxies.get(0).port())
                .replicas(
                        "localhost:" + proxies.get(1).port(),
                        "localhost:" + proxies.get(2).port())
                .tls(TlsConfig.disabled())
                .pool(8, 2, borrow)
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(1))
                .build());
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        history = NodeHistory.of(db);
    }

    @AfterEach
    void heal() {
        cluster.nodes().forEach(PostgresNode::resume);
        db.close();
        proxies.forEach(TcpProxy::reset);
        proxies.forEach(TcpProxy::heal);
        cluster.awaitReplicas();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    @Test
    void a_frozen_primary_lets_go_of_every_call_and_return_and_the_database_closes() throws Exception {
        letsGoOfEveryCall(() -> cluster.primary().suspend());
        Timed.call(db::close).succeededWithin(GIVEN_UP);
    }

    /** Nobody gives a silent node up in less than a second and a half. */
    @Test
    void a_session_read_that_asks_a_silent_replica_how_far_it_is_ends_at_its_own_deadline() throws Exception {
        Session session = db.session();
        for (int i = 0; i < 20; i++) {
            session.read(Served::by);
        }
        proxies.get(1).blackHole();
        proxies.get(2).blackHole();
        session.write(c -> Served.run(c, "insert into app.visit values ('unseen')"));
        ReadOptions hurried = ReadOptions.defaults().deadline(Duration.ofMillis(300));
        Timed.call(() -> session.read(hurried, Served::by)).failedWithin(Duration.ofMillis(1300), "57014");
    }

    /** The pool asks after a connection that lay idle for half a second before it is lent, for a second at most. */
    @Test
    void a_call_whose_time_is_short_does_not_wait_beyond_it_for_an_idle_connection_to_answer() throws Exception {
        insert("one idle connection");
        long idle = System.nanoTime();
        await().atMost(SOON)
                .until(() -> System.nanoTime() - idle > Duration.ofMillis(700).toNanos());
        proxies.get(0).blackHole();
        WriteOptions hurried = WriteOptions.defaults().deadline(Duration.ofMillis(300));
        Timed.call(() -> db.write(hurried, c -> Served.run(c, "select 1")))
                .failedWithin(Duration.ofMillis(300).plus(BORROW_SLACK), "57014");
    }

    /** Until it is known that the connection has to be asked, no clock is read; the asking is part of {@code pool.timeout} all the same. */
    @Test
    void a_borrow_that_asks_an_idle_connection_first_ends_within_pool_timeout_too() throws Exception {
        insert("one idle connection");
        long idle = System.nanoTime();
        await().atMost(SOON)
                .until(() -> System.nanoTime() - idle > Duration.ofMillis(700).toNanos());
        proxies.get(0).blackHole();
        Timed.call(() -> db.writer().getConnection()).failedWithin(BORROW.plus(BORROW_SLACK), "08001");
    }

    @Test
    void a_primary_behind_a_network_that_drops_everything_lets_go_of_every_call_and_serves_when_it_is_back()
            throws Exception {
        letsGoOfEveryCall(() -> proxies.get(0).blackHole());
        proxies.get(0).heal();
        await().atMost(SOON)
                .until(() -> Timed.call(() -> insert("healed")).error().isEmpty());
        assertThat(db.status().primary().orElseThrow().name()).isEqualTo("node-1");
    }

    private void letsGoOfEveryCall(Runnable fault) throws Exception {
        Connection dirty = db.writer().getConnection();
        dirty.setAutoCommit(false);
        Served.run(dirty, "select 1");
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Timed> inFlight = Timed.begin(
                threads,
                () -> db.write(c -> {
                    begun.countDown();
                    for (int i = 0; i < 1000; i++) {
                        Served.run(c, "select pg_sleep(0.01)");
                    }
                }));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        fault.run();
        CompletableFuture<Timed> borrow =
                Timed.begin(threads, () -> db.writer().getConnection().close());
        CompletableFuture<Timed> goesBack = Timed.begin(threads, dirty::close);
        try (Load reads = Load.of(2, () -> db.read(Served::by))) {
            await().atMost(GIVEN_UP).until(() -> stateOf("node-1") == NodeState.DOWN);
            assertThat(reads.failures()).isEmpty();
            assertThat(reads.slowest()).isLessThan(UNDISTURBED);
        }
        inFlight.get(1, TimeUnit.SECONDS).failedWithin(SOON, "08006");
        assertThat(goesBack.get(1, TimeUnit.SECONDS).took()).isLessThan(GIVEN_UP);
        assertThat(borrow.get(1, TimeUnit.SECONDS).took()).isLessThan(GIVEN_UP);
        Timed.call(() -> db.writer().getConnection()).failedWithin(BORROW.plus(BORROW_SLACK), "08001");
        assertThat(db.status().primary()).isEmpty();
    }

    @Test
    void a_replica_behind_a_network_that_drops_everything_fails_no_read_of_eight_threads_and_slows_no_write() {
        try (Load reads = Load.of(8, () -> db.read(Served::by));
                Load writes = Load.of(1, () -> insert("beside a silent replica"))) {
            proxies.get(1).blackHole();
            await().atMost(GIVEN_UP).until(() -> stateOf("node-2") == NodeState.DOWN);
            reads.awaitMore(500);
            assertThat(reads.failures()).isEmpty();
            // A second between two probes, a second and a half for one, and ten times the 200 ms that are promised
            // beyond.
            assertThat(reads.slowest()).isLessThan(Duration.ofMillis(4500));
            assertThat(writes.failures()).isEmpty();
            assertThat(writes.slowest()).isLessThan(UNDISTURBED);
        }
    }

    @Test
    void seventy_replicas_that_never_answer_take_nothing_from_the_primary_and_the_last_of_them_are_left_out()
            throws Exception {
        List<ServerSocket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 70; i++) {
                silent.add(new ServerSocket(0, 500, InetAddress.getLoopbackAddress()));
            }
            String[] replicas = silent.stream()
                    .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                    .toArray(String[]::new);
            try (Database crowded = Database.open(TestConfigs.of(cluster)
                    .replicas(replicas)
                    .tls(TlsConfig.disabled())
                    .pool(2, 0, Duration.ofSeconds(5))
                    .build())) {
                Timed.call(() -> crowded.write(c -> Served.run(c, "select 1"))).succeededWithin(SOON);
                Timed.call(() -> crowded.read(Served::by)).succeededWithin(SOON);
                assertThat(crowded.status().nodes()).hasSize(64);
            }
        } finally {
            for (ServerSocket one : silent) {
                one.close();
            }
        }
    }

    @Test
    void a_server_that_opens_no_session_any_more_serves_those_it_has_and_stays_up() throws Exception {
        long postmaster = Processes.postmaster(cluster, cluster.primary());
        Connection held = db.writer().getConnection();
        insert("one idle connection");
        Processes.signal("STOP", postmaster);
        try {
            Connection idle = db.writer().getConnection();
            CompletableFuture<Timed> grows =
                    Timed.begin(threads, () -> db.writer().getConnection().close());
            Served.run(held, "select 1");
            grows.get(10, TimeUnit.SECONDS).failedWithin(BORROW.plus(BORROW_SLACK), "08001");
            CompletableFuture<Timed> waits =
                    Timed.begin(threads, () -> db.writer().getConnection().close());
            idle.close();
            waits.get(10, TimeUnit.SECONDS).succeededWithin(UNDISTURBED);
            for (int i = 0; i < 100; i++) {
                insert("beside it");
            }
            assertThat(history.lost()).isEmpty();
        } finally {
            Processes.signal("CONT", postmaster);
            held.close();
        }
    }

    @Test
    void a_frozen_backend_and_a_slow_query_are_their_callers_own_affair_and_never_mark_a_node_down() throws Exception {
        CompletableFuture<Long> frozen = new CompletableFuture<>();
        CompletableFuture<Timed> stuck = Timed.begin(
                threads,
                () -> db.write(c -> {
                    long backend = Processes.backend(c);
                    Processes.signal("STOP", backend);
                    frozen.complete(backend);
                    Served.run(c, "select 1");
                }));
        CompletableFuture<Timed> slow = Timed.begin(threads, () -> {
            try (Connection own = db.unpooled().getConnection()) {
                Served.run(own, "select pg_sleep(5)");
            }
        });
        long backend = frozen.get(10, TimeUnit.SECONDS);
        try (Load writes = Load.of(1, () -> insert("beside a frozen backend"));
                Load reads = Load.of(1, () -> db.read(Served::by))) {
            slow.get(20, TimeUnit.SECONDS).succeededWithin(SOON);
            // The statement's deadline is one second, and the socket waits five more.
            stuck.get(20, TimeUnit.SECONDS).failedWithin(Duration.ofSeconds(7), "08006");
            assertThat(writes.failures()).isEmpty();
            assertThat(writes.slowest()).isLessThan(UNDISTURBED);
            assertThat(reads.failures()).isEmpty();
        } finally {
            Processes.signal("CONT", backend);
        }
        assertThat(history.lost()).isEmpty();
    }

    @Test
    void a_saturated_processor_never_marks_a_node_down() throws Exception {
        db.close();
        // What is asked here is what becomes of the nodes, and not how soon a connection opens.
        open(Duration.ofSeconds(15));
        AtomicBoolean stop = new AtomicBoolean();
        int busy = 4 * Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < busy; i++) {
            threads.submit(() -> {
                long sum = 0;
                while (!stop.get()) {
                    sum += System.nanoTime();
                }
                return sum;
            });
        }
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        try (Load writes = Load.of(4, () -> insert("in a crowd"));
                Load reads = Load.of(4, () -> db.read(Served::by))) {
            await().atMost(SOON).until(() -> System.nanoTime() - end > 0);
            assertThat(writes.failures()).isEmpty();
            assertThat(reads.failures()).isEmpty();
        } finally {
            stop.set(true);
        }
        assertThat(history.lost()).isEmpty();
    }

    @Test
    void a_network_that_resets_and_refuses_ends_the_write_at_once_and_serves_soon_after_it_has_healed()
            throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Timed> inFlight = Timed.begin(
                threads,
                () -> db.write(c -> {
                    begun.countDown();
                    Served.run(c, "select pg_sleep(0.9)");
                    Served.run(c, "select pg_sleep(0.9)");
                }));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        proxies.get(0).refuse();
        proxies.get(0).reset();
        inFlight.get(10, TimeUnit.SECONDS).failedWithin(UNDISTURBED, "08006");
        await().atMost(UNDISTURBED).until(() -> stateOf("node-1") == NodeState.DOWN);
        Timed.call(() -> insert("refused")).failedWithin(BORROW.plus(BORROW_SLACK), "08001");
        proxies.get(0).heal();
        await().atMost(Duration.ofSeconds(3))
                .until(() -> Timed.call(() -> insert("healed")).error().isEmpty());
    }

    @Test
    void a_lost_reply_to_commit_is_an_unknown_outcome_and_the_row_is_there() throws SQLException {
        proxies.get(0).blackHoleOnceSent("COMMIT", Direction.SERVER_TO_CLIENT);
        commitsIntoTheUnknown("reply lost");
        await().atMost(SOON).until(() -> rows("reply lost") == 1);
    }

    @Test
    void a_commit_that_never_arrives_is_an_unknown_outcome_and_the_row_is_not_there() throws SQLException {
        proxies.get(0).blackHoleOnceSent("COMMIT", Direction.CLIENT_TO_SERVER);
        commitsIntoTheUnknown("commit lost");
        proxies.get(0).reset();
        await().atMost(SOON).until(() -> openTransactions() == 0);
        assertThat(rows("commit lost")).isZero();
    }

    private void commitsIntoTheUnknown(String note) {
        Timed.call(() -> insert(note)).failedWithin(GIVEN_UP, "08007");
        await().atMost(GIVEN_UP).until(() -> stateOf("node-1") == NodeState.DOWN);
    }

    private void insert(String note) throws SQLException {
        SqlAction work = c -> Served.run(c, "insert into app.visit values ('" + note + "')");
        db.write(work);
    }

    private int rows(String note) throws SQLException {
        return number("select count(*) from app.visit where note = '" + note + "'");
    }

    private int openTransactions() throws SQLException {
        return number("select count(*) from pg_stat_activity where usename = 'appuser' and xact_start is not null");
    }

    private int number(String question) throws SQLException {
        return Integer.parseInt(cluster.primary().execute(question).get(0).get(0));
    }

    private NodeState stateOf(String name) {
        return db.status().node(name).orElseThrow().state();
    }
}
