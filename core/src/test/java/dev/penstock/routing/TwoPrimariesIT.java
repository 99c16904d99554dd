package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.NodeHistory;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfigBuilder;
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

/** An old primary that wakes up beside the one which replaced it. */
class TwoPrimariesIT {
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

    private DatabaseConfigBuilder config() {
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
