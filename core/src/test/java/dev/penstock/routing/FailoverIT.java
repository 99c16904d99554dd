package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers see while nodes are lost, frozen and promoted. The database is opened once and never again. */
class FailoverIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private PostgresCluster cluster;
    private Database db;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Future<?>> load = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();

    @BeforeEach
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.visit (id bigint primary key)");
        db = Database.open(TestConfigs.of(cluster).maxLag(Duration.ofSeconds(2)).build());
        cluster.awaitReplicas();
    }

    @AfterEach
    void close() {
        stop.set(true);
        threads.shutdownNow();
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @Test
    void a_killed_replica_causes_no_failed_read() throws Exception {
        readWithThreads(8);
        cluster.replicas().get(0).kill();
        await().atMost(SOON).until(() -> stateOf("node-2") == NodeState.DOWN);
        readSomeMore();
        endLoad();
        assertThat(failures).isEmpty();
        System.out.println("killed replica: slowest read " + slowestNanos.get() / 1_000_000 + " ms");
        assertThat(slowestNanos.get()).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void a_frozen_replica_causes_no_failed_read_and_serves_again_when_it_thaws() throws Exception {
        readWithThreads(8);
        PostgresNode frozen = cluster.replicas().get(0);
        frozen.suspend();
        await().atMost(SOON).until(() -> stateOf("node-2") == NodeState.DOWN);
        readSomeMore();
        frozen.resume();
        await().atMost(SOON).until(() -> stateOf("node-2") == NodeState.UP);
        readSomeMore();
        endLoad();
        assertThat(failures).isEmpty();
        System.out.println("frozen replica: slowest read " + slowestNanos.get() / 1_000_000 + " ms");
        assertThat(slowestNanos.get()).isLessThan(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void after_kill_and_promotion_writes_resume_without_reopening() throws Exception {
        db.write(c -> Served.run(c, "insert into app.visit values (1)"));
        cluster.awaitReplicas();
        PostgresNode next = cluster.replicas().get(0);
        cluster.primary().kill();
        Future<Integer> writer = threads.submit(() -> writeUntilServedBy(next));
        next.promote();
        int acknowledged = writer.get(20, TimeUnit.SECONDS);
        long rows = db.writeReturning(c -> Served.count(c, "app.visit"));
        assertThat(rows).isEqualTo(1 + acknowledged);
        assertThat(db.status().primary().orElseThrow().name()).isEqualTo("node-2");
        assertThat(db.status().primary().orElseThrow().timeline()).isEqualTo(2);
    }

    @Test
    void not_one_write_reaches_an_old_primary_that_wakes_up_beside_the_new_one() throws Exception {
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        old.suspend();
        next.promote();
        await().atMost(SOON).until(() -> primaryIs("node-2"));
        old.resume();
        await().atMost(SOON).until(() -> stateOf("node-1") == NodeState.FENCED);
        for (int i = 0; i < 50; i++) {
            assertThat(db.writeReturning(Served::by).port()).isEqualTo(next.port());
        }
    }

    @Test
    void a_former_primary_that_rejoins_is_read_from_as_a_replica() throws Exception {
        PostgresNode old = cluster.primary();
        old.kill();
        cluster.replicas().get(0).promote();
        await().atMost(SOON).until(() -> primaryIs("node-2"));
        old.rejoin();
        await().atMost(SOON).until(() -> roleOf("node-1") == Role.REPLICA && stateOf("node-1") == NodeState.UP);
        await().atMost(SOON).until(() -> db.read(Served::by).port() == old.port());
    }

    @Test
    void reads_avoid_a_replica_that_lags_and_come_back_when_it_has_caught_up() throws Exception {
        PostgresNode lagging = cluster.replicas().get(0);
        lagging.pauseReplay();
        AtomicLong id = new AtomicLong(100);
        await().atMost(SOON).until(() -> {
            db.write(c -> Served.run(c, "insert into app.visit values (" + id.incrementAndGet() + ")"));
            return lagOf("node-2").compareTo(Duration.ofSeconds(2)) > 0;
        });
        for (int i = 0; i < 100; i++) {
            assertThat(db.read(Served::by).port()).isNotEqualTo(lagging.port());
        }
        lagging.resumeReplay();
        await().atMost(SOON).until(() -> db.read(Served::by).port() == lagging.port());
    }

    @Test
    void reads_fall_back_to_the_primary_when_every_replica_is_down() throws Exception {
        readWithThreads(4);
        cluster.replicas().forEach(PostgresNode::kill);
        await().atMost(SOON).until(() -> stateOf("node-2") == NodeState.DOWN && stateOf("node-3") == NodeState.DOWN);
        assertThat(db.read(Served::by)).isEqualTo(new Served(cluster.primary().port(), false));
        readSomeMore();
        endLoad();
        assertThat(failures).isEmpty();
    }

    @Test
    void closing_tells_a_writer_that_waits_for_a_primary_at_once() throws Exception {
        cluster.primary().kill();
        await().atMost(SOON).until(() -> db.status().primary().isEmpty());
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        Future<?> writer = threads.submit(() -> {
            waiting.complete(Thread.currentThread());
            assertThatThrownBy(() -> db.write(c -> {}))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        });
        await().atMost(SOON).until(() -> waiting.join().getState() == Thread.State.TIMED_WAITING);
        db.close();
        writer.get(5, TimeUnit.SECONDS);
    }

    /** Writes one row after the other, as a caller that repeats what failed, until {@code next} has taken one. */
    private int writeUntilServedBy(PostgresNode next) {
        int acknowledged = 0;
        for (int id = 2; ; id++) {
            try {
                int row = id;
                Served served = db.writeReturning(c -> {
                    Served.run(c, "insert into app.visit values (" + row + ")");
                    return Served.by(c);
                });
                acknowledged++;
                if (served.port() == next.port()) {
                    return acknowledged;
                }
            } catch (SQLException e) {
                System.out.println("a write in flight: " + e.getSQLState() + " " + e.getMessage());
                assertThat(e.getSQLState()).matches("08.*|57P01");
            }
        }
    }

    private void readWithThreads(int count) {
        for (int i = 0; i < count; i++) {
            load.add(threads.submit(() -> {
                while (!stop.get()) {
                    readOnce();
                }
            }));
        }
        readSomeMore();
    }

    private void readOnce() {
        long start = System.nanoTime();
        try {
            db.read(Served::by);
        } catch (SQLException | RuntimeException e) {
            failures.add(e);
        }
        slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
        reads.incrementAndGet();
    }

    private void readSomeMore() {
        long goal = reads.get() + 500;
        await().atMost(SOON).until(() -> reads.get() > goal);
    }

    private void endLoad() throws Exception {
        stop.set(true);
        for (Future<?> one : load) {
            one.get(20, TimeUnit.SECONDS);
        }
    }

    private boolean primaryIs(String name) {
        return db.status().primary().map(NodeStatus::name).orElse("").equals(name);
    }

    private NodeState stateOf(String name) {
        return db.status().node(name).orElseThrow().state();
    }

    private Role roleOf(String name) {
        return db.status().node(name).orElseThrow().role();
    }

    private Duration lagOf(String name) {
        return db.status().node(name).orElseThrow().lag().time().orElse(Duration.ZERO);
    }
}
