package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A primary whose standing sessions are answered, and whose new ones stand and are silent: what a lost server process or a proxy leaves. */
class SilentConnectIT {
    /** Far from what callers and connects are given. */
    private static final Duration SOON = Duration.ofSeconds(12);

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int CEILING = 4;

    private final PostgresCluster cluster =
            PostgresCluster.builder().replicas(1).tls(true).start();
    private final PostgresNode replica = cluster.node(1);
    private final TcpProxy proxy = cluster.primary().proxy();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        replica.resume();
        proxy.heal();
        threads.shutdownNow();
        cluster.close();
    }

    private DatabaseConfig.Builder config(Duration patience) {
        return TestConfigs.of(cluster)
                .primary(proxy.host() + ":" + proxy.port())
                .pool(CEILING, 0, patience)
                .timeouts(LONG, LONG);
    }

    private Database open(Duration patience) throws SQLException {
        Database db = Database.open(config(patience).build());
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        return db;
    }

    @Test
    void a_connect_that_is_never_answered_holds_nobody_up_and_costs_no_place_in_the_pool() throws Exception {
        try (Database db = open(LONG)) {
            proxy.halfOpenNext(1);
            Timed.call(() -> db.writer().getConnection().close()).succeededWithin(SOON);
            List<Connection> all = new ArrayList<>();
            try {
                Timed.call(() -> {
                            while (all.size() < CEILING) {
                                all.add(db.writer().getConnection());
                            }
                        })
                        .succeededWithin(SOON);
            } finally {
                for (Connection connection : all) {
                    connection.close();
                }
            }
        }
    }

    @Test
    void a_caller_whose_time_is_over_meanwhile_is_told_that_the_server_is_slow_and_not_that_the_pool_is_small()
            throws Exception {
        try (Database db = open(Duration.ofSeconds(1))) {
            proxy.halfOpenNext(2);
            SQLException failure =
                    Timed.call(() -> db.writer().getConnection().close()).failedWithin(SOON, "08001");
            assertThat(failure.getMessage())
                    .contains("checked out=0")
                    .contains("slow to open connections")
                    .doesNotContain("Raise");
        }
    }

    @Test
    void a_read_that_waits_for_such_a_primary_goes_to_the_replica_as_soon_as_that_is_back() throws Exception {
        try (Database db = open(LONG)) {
            proxy.halfOpenNext(1000);
            loseReplica(db);
            CompletableFuture<Boolean> read = read(db);
            await().until(this::connectsToPrimary);
            assertThat(read).isNotDone();
            replica.resume();
            assertThat(read.get(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_read_that_waits_for_its_turn_on_the_primary_goes_to_the_replica_as_soon_as_that_is_back() throws Exception {
        try (Database db = open(LONG)) {
            loseReplica(db);
            // A quarter of the ceiling: the reads' share of the primary.
            try (Connection only = db.reader().getConnection()) {
                assertThat(Served.by(only).inRecovery()).isFalse();
                CompletableFuture<Boolean> read = read(db);
                await().until(() -> waitingAtPrimary(db) == 1);
                replica.resume();
                assertThat(read.get(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    /** What HAProxy does at a switchover: the port of the primary leads to the replica for a moment, and the other one to the primary. */
    @Test
    void a_write_that_waits_for_a_connection_leaves_an_address_that_has_come_to_lead_to_a_replica() throws Exception {
        PostgresNode primary = cluster.primary();
        try (TcpProxy other = TcpProxy.open(replica.host(), replica.port());
                Database db = Database.open(
                        config(LONG).replicas(other.host() + ":" + other.port()).build())) {
            await().atMost(SOON)
                    .until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
            proxy.halfOpenNext(1000);
            long before = proxy.acceptedConnections();
            CompletableFuture<Integer> write = write(db);
            await().atMost(SOON).until(() -> proxy.acceptedConnections() > before);
            proxy.redirect(replica.host(), replica.port());
            other.redirect(primary.host(), primary.port());
            proxy.heal();
            proxy.reset();
            other.reset();
            assertThat(write.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(primary.port());
            assertThat(db.status().nodes().get(0).state()).isEqualTo(NodeState.UP);
        }
    }

    /** The port of the server that was written. */
    private CompletableFuture<Integer> write(Database db) {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                port.complete(db.writeReturning(c -> Served.by(c).port()));
            } catch (SQLException e) {
                port.completeExceptionally(e);
            }
        });
        return port;
    }

    private void loseReplica(Database db) {
        replica.suspend();
        await().atMost(SOON).until(() -> db.status().nodes().get(1).state() == NodeState.DOWN);
    }

    /** Whether a replica served it. */
    private CompletableFuture<Boolean> read(Database db) {
        CompletableFuture<Boolean> inRecovery = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                inRecovery.complete(db.read(c -> Served.by(c).inRecovery()));
            } catch (SQLException e) {
                inRecovery.completeExceptionally(e);
            }
        });
        return inRecovery;
    }

    /** Beside the monitor's own session. */
    private boolean connectsToPrimary() {
        return proxy.openConnections() > 1;
    }

    private static int waitingAtPrimary(Database db) {
        return db.status().nodes().get(0).pools().stream()
                .mapToInt(PoolSnapshot::waiting)
                .sum();
    }
}
