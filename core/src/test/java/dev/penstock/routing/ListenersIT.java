package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.PoolListener;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What listeners may do without harm to the database: throw whatever there is, wait for locks of the application, and not return. */
@PostgresTest(replicas = 1, tls = true)
class ListenersIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void an_error_in_one_listener_keeps_no_event_from_the_others(PostgresCluster cluster) throws SQLException {
        AtomicInteger heard = new AtomicInteger();
        try (Database db = Database.open(TestConfigs.of(cluster).build())) {
            db.addListener(new DatabaseListener() {
                @Override
                public void probed(String node, boolean answered, long nanos) {
                    throw new NoSuchMethodError("planted");
                }
            });
            db.addListener(new DatabaseListener() {
                @Override
                public void probed(String node, boolean answered, long nanos) {
                    heard.incrementAndGet();
                }
            });
            await().atMost(LONG).until(() -> heard.get() >= 3);
        }
    }

    @Test
    void errors_in_the_listeners_of_a_pool_cost_no_connection_and_no_place(PostgresCluster cluster)
            throws SQLException {
        AtomicInteger heard = new AtomicInteger();
        try (Database db = Database.open(
                TestConfigs.of(cluster).pool(1, 0, Duration.ofSeconds(5)).build())) {
            db.addListener(listening(new Throwing()));
            db.addListener(listening(new PoolListener() {
                @Override
                public void returned(long nanos) {
                    heard.incrementAndGet();
                }
            }));
            for (int i = 0; i < 4; i++) {
                db.write(c -> Served.run(c, "select 1"));
                db.writer().getConnection().close();
            }
            assertThat(heard).hasValue(8);
            assertThat(db.status().primary().orElseThrow().pools())
                    .extracting(PoolSnapshot::checkedOut)
                    .containsOnly(0);
        }
    }

    @Test
    void a_listener_whose_answer_is_an_error_hears_nothing_and_harms_no_other(PostgresCluster cluster)
            throws SQLException {
        AtomicInteger heard = new AtomicInteger();
        try (Database db = Database.open(TestConfigs.of(cluster).build())) {
            db.addListener(new DatabaseListener() {
                @Override
                public PoolListener poolListener(String node, String purpose) {
                    throw new NoSuchMethodError("planted");
                }
            });
            db.addListener(listening(new PoolListener() {
                @Override
                public void acquired(long nanos) {
                    heard.incrementAndGet();
                }
            }));
            db.write(c -> Served.run(c, "select 1"));
            assertThat(heard).hasValue(1);
        }
    }

    @Test
    void a_listener_that_is_asked_for_its_pools_may_wait_for_a_thread_that_removes_another(PostgresCluster cluster)
            throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        DatabaseListener other = listening(new PoolListener() {});
        DatabaseListener waiting = new DatabaseListener() {
            @Override
            public PoolListener poolListener(String node, String purpose) {
                asked.countDown();
                awaitQuietly(removed);
                return PoolListener.NONE;
            }
        };
        try (Database db = Database.open(TestConfigs.of(cluster).build())) {
            db.addListener(other);
            CompletableFuture<Void> adding = CompletableFuture.runAsync(() -> db.addListener(waiting));
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> removing = CompletableFuture.runAsync(() -> db.removeListener(other));
            try {
                assertThat(removing).succeedsWithin(LONG);
            } finally {
                removed.countDown();
            }
            assertThat(adding).succeedsWithin(LONG);
        }
    }

    @Test
    void a_listener_that_is_removed_while_it_is_asked_hears_nothing(PostgresCluster cluster) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        AtomicInteger heard = new AtomicInteger();
        DatabaseListener late = new DatabaseListener() {
            @Override
            public PoolListener poolListener(String node, String purpose) {
                asked.countDown();
                awaitQuietly(removed);
                return new PoolListener() {
                    @Override
                    public void acquired(long nanos) {
                        heard.incrementAndGet();
                    }
                };
            }
        };
        try (Database db = Database.open(TestConfigs.of(cluster).build())) {
            CompletableFuture<Void> adding = CompletableFuture.runAsync(() -> db.addListener(late));
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> removing = CompletableFuture.runAsync(() -> db.removeListener(late));
            try {
                assertThat(removing).succeedsWithin(LONG);
            } finally {
                removed.countDown();
            }
            assertThat(adding).succeedsWithin(LONG);
            db.write(c -> Served.run(c, "select 1"));
            db.read(c -> Served.by(c));
            assertThat(heard).hasValue(0);
        }
    }

    @Test
    void a_pool_listener_that_does_not_return_delays_neither_the_monitors_nor_the_view() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger probes = new AtomicInteger();
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(1).tls(true).start();
                Database db = Database.open(TestConfigs.of(cluster).build())) {
            cluster.awaitReplicas();
            assertThat(db.await(s -> s.node("node-2").orElseThrow().state().serves(), LONG))
                    .isTrue();
            // Until its lag is known the primary serves.
            await().atMost(LONG).until(() -> db.read(c -> Served.by(c).inRecovery()));
            Connection idle = db.reader().getConnection();
            List<Connection> held =
                    List.of(db.reader().getConnection(), db.reader().getConnection());
            idle.close();
            db.addListener(new DatabaseListener() {
                @Override
                public PoolListener poolListener(String node, String purpose) {
                    return new PoolListener() {
                        @Override
                        public void closed(CloseReason reason) {
                            entered.countDown();
                            awaitQuietly(release);
                        }
                    };
                }

                @Override
                public void probed(String node, boolean answered, long nanos) {
                    if (entered.getCount() == 0 && node.equals("node-1")) {
                        probes.incrementAndGet();
                    }
                }
            });
            try {
                cluster.replicas().get(0).stop();
                assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
                await().atMost(LONG).until(() -> probes.get() >= 3);
                assertThat(CompletableFuture.supplyAsync(() -> isDown(db, "node-2")))
                        .succeedsWithin(LONG)
                        .isEqualTo(true);
            } finally {
                release.countDown();
            }
            for (Connection one : held) {
                one.close();
            }
        }
    }

    private static boolean isDown(Database db, String node) {
        try {
            return db.await(s -> s.node(node).orElseThrow().state() == NodeState.DOWN, LONG);
        } catch (InterruptedException | SQLException e) {
            return false;
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static DatabaseListener listening(PoolListener ofEach) {
        return new DatabaseListener() {
            @Override
            public PoolListener poolListener(String node, String purpose) {
                return ofEach;
            }
        };
    }

    /** Fails at whatever it is told. */
    private static final class Throwing implements PoolListener {
        @Override
        public void acquired(long nanos) {
            throw new NoSuchMethodError("planted");
        }

        @Override
        public void queued() {
            throw new NoSuchMethodError("planted");
        }

        @Override
        public void returned(long nanos) {
            throw new NoSuchMethodError("planted");
        }

        @Override
        public void opened(long nanos) {
            throw new NoSuchMethodError("planted");
        }

        @Override
        public void openFailed(ConnectFailure why) {
            throw new NoSuchMethodError("planted");
        }

        @Override
        public void closed(CloseReason reason) {
            throw new NoSuchMethodError("planted");
        }
    }
}
