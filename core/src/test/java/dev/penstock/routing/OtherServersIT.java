package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.NodeHistory;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that answer well and are not those which were meant: an old primary, and members of another cluster. */
class OtherServersIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(1);

    private PostgresCluster cluster;

    @BeforeEach
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).start();
        cluster.primary().execute("create table app.visit (phase text)");
        cluster.awaitReplicas();
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void not_one_write_of_four_threads_reaches_an_old_primary_that_wakes_up_beside_the_new_one() throws Exception {
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        AtomicReference<String> phase = new AtomicReference<>("before");
        try (Database db = Database.open(config().build());
                Load writes = Load.of(4, () -> insert(db, phase.get()))) {
            NodeHistory history = NodeHistory.of(db);
            old.suspend();
            next.promote();
            await().atMost(SOON).until(() -> primaryIs(db, "node-2"));
            phase.set("after");
            writes.awaitMore(100);
            old.resume();
            await().atMost(SOON).until(() -> stateOf(db, "node-1") == NodeState.FENCED);
            writes.awaitMore(500);
            await().atMost(SOON).until(() -> !history.fences().isEmpty());
            assertThat(history.fences().get(0)).contains("node-1", "timeline 1", "timeline 2");
        }
        assertThat(rows(old, "after")).isZero();
        assertThat(rows(next, "after")).isGreaterThanOrEqualTo(600);
    }

    @Test
    void a_replica_that_belongs_to_another_cluster_is_refused_by_name_and_never_read() throws Exception {
        try (PostgresCluster stranger = stranger(0);
                Database db = Database.open(config().replicas(TestConfigs.endpoint(stranger.primary()))
                        .build())) {
            NodeHistory history = NodeHistory.of(db);
            await().atMost(SOON)
                    .until(() -> stateOf(db, "node-2") == NodeState.FENCED
                            || !history.fences().isEmpty());
            servesAndAvoids(db, stranger.primary());
        }
    }

    @Test
    void a_replica_whose_data_directory_becomes_another_clusters_is_refused_by_name_and_never_read() throws Exception {
        PostgresNode replica = cluster.replicas().get(0);
        try (Database db = Database.open(config().build())) {
            await().atMost(SOON).until(() -> stateOf(db, "node-2") == NodeState.UP);
            NodeHistory history = NodeHistory.of(db);
            replica.stop();
            await().atMost(SOON).until(() -> stateOf(db, "node-2") == NodeState.DOWN);
            try (PostgresCluster stranger = stranger(replica.port())) {
                await().atMost(SOON).until(() -> stateOf(db, "node-2") == NodeState.FENCED);
                await().atMost(SOON).until(() -> !history.fences().isEmpty());
                assertThat(history.fences())
                        .singleElement()
                        .asString()
                        .contains("node-2", "another cluster", "system identifier");
                servesAndAvoids(db, stranger.primary());
            }
        }
    }

    @Test
    void a_primary_whose_data_directory_becomes_another_clusters_is_refused_by_name_and_never_written()
            throws Exception {
        try (Database db = Database.open(config().build())) {
            insert(db, "before");
            NodeHistory history = NodeHistory.of(db);
            cluster.primary().stop();
            await().atMost(SOON).until(() -> stateOf(db, "node-1") == NodeState.DOWN);
            try (PostgresCluster stranger = stranger(cluster.primary().port())) {
                stranger.primary().execute("create table app.visit (phase text)");
                await().atMost(SOON).until(() -> stateOf(db, "node-1") == NodeState.FENCED);
                await().atMost(SOON).until(() -> !history.fences().isEmpty());
                assertThat(history.fences()).singleElement().asString().contains("node-1", "another cluster");
                Timed.call(() -> insert(db, "astray")).failedWithin(BORROW.plusMillis(500), "08001");
                assertThat(rows(stranger.primary(), "astray")).isZero();
            }
        }
    }

    private void servesAndAvoids(Database db, PostgresNode stranger) throws SQLException {
        insert(db, "beside a stranger");
        for (int i = 0; i < 50; i++) {
            assertThat(db.read(Served::by).port()).isNotEqualTo(stranger.port());
        }
    }

    /** A running cluster of its own with our passwords. */
    private PostgresCluster stranger(int port) throws SQLException {
        var builder = PostgresCluster.builder().replicas(0);
        PostgresCluster stranger = (port == 0 ? builder : builder.ports(port)).start();
        stranger.primary().execute("alter role appuser password '" + cluster.password("appuser") + "'");
        String ours = systemIdentifier(cluster.primary().isRunning() ? cluster.primary() : cluster.node(1));
        assertThat(systemIdentifier(stranger.primary())).isNotEqualTo(ours);
        return stranger;
    }

    private static String systemIdentifier(PostgresNode node) throws SQLException {
        return node.execute("select system_identifier from pg_control_system()")
                .get(0)
                .get(0);
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(8, 2, BORROW)
                .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    private static void insert(Database db, String phase) throws SQLException {
        db.write(c -> Served.run(c, "insert into app.visit values ('" + phase + "')"));
    }

    private static int rows(PostgresNode node, String phase) throws SQLException {
        List<List<String>> rows = node.execute("select count(*) from app.visit where phase = '" + phase + "'");
        return Integer.parseInt(rows.get(0).get(0));
    }

    private static boolean primaryIs(Database db, String name) {
        return db.status().primary().filter(node -> node.name().equals(name)).isPresent();
    }

    private static NodeState stateOf(Database db, String name) {
        return db.status().node(name).orElseThrow().state();
    }
}
