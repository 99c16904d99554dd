package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What reads leave of the primary to writes when they have nowhere else to go. */
class PrimaryShareIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(10);

    /** A quarter of eight: the default beside replicas. */
    private static final int SHARE = 2;

    private final AtomicInteger onPrimary = new AtomicInteger();
    private final AtomicInteger mostOnPrimary = new AtomicInteger();

    @Test
    void when_every_replica_is_lost_reads_keep_to_their_share_of_the_primary_and_no_write_fails() throws Exception {
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(2).tls(true).start()) {
            cluster.primary().execute("create table app.visit (id int)");
            cluster.awaitReplicas();
            int primary = cluster.primary().port();
            try (Database db = Database.open(
                            TestConfigs.of(cluster).pool(8, 0, BORROW).build());
                    Load reads = Load.of(24, () -> db.read(c -> slowRead(c, primary)));
                    Load writes = Load.of(4, () -> db.write(c -> Served.run(c, "insert into app.visit values (1)")))) {
                cluster.replicas().forEach(PostgresNode::kill);
                await().atMost(SOON)
                        .until(() ->
                                db.status().nodes().stream().skip(1).allMatch(node -> node.state() == NodeState.DOWN));
                reads.awaitMore(200);
                writes.awaitMore(500);
                assertThat(mostOnPrimary).hasValue(SHARE);
                assertThat(reads.failures()).isEmpty();
                assertThat(writes.failures()).isEmpty();
                assertThat(writes.slowest()).isLessThan(BORROW);
            }
        }
    }

    /** Counted while it holds its connection. */
    private boolean slowRead(Connection connection, int primary) throws SQLException {
        if (Served.by(connection).port() != primary) {
            Served.run(connection, "select pg_sleep(0.02)");
            return false;
        }
        mostOnPrimary.accumulateAndGet(onPrimary.incrementAndGet(), Math::max);
        try {
            Served.run(connection, "select pg_sleep(0.02)");
            return true;
        } finally {
            onPrimary.decrementAndGet();
        }
    }
}
