package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What reads leave of the primary to writes when they have nowhere else to go. */
class PrimaryShareIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BORROW = Duration.ofSeconds(10);
    private static final Duration WATCHED = Duration.ofSeconds(4);

    /** A quarter of eight: the default beside replicas. */
    private static final int SHARE = 2;

    private static final String READ = "select pg_sleep(0.02)";

    @Test
    void when_every_replica_is_lost_reads_keep_to_their_share_of_the_primary_and_no_write_fails() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(2).tls(true).start()) {
            cluster.primary().execute("create table app.visit (id int)");
            cluster.awaitReplicas();
            try (Database db = Database.open(
                            TestConfigs.of(cluster).pool(8, 0, BORROW).build());
                    Load reads = Load.of(24, () -> db.read(c -> {
                        Served.run(c, READ);
                        return c;
                    }));
                    Load writes = Load.of(4, () -> db.write(c -> Served.run(c, "insert into app.visit values (1)")))) {
                cluster.replicas().forEach(PostgresNode::kill);
                int most = mostReadsOnPrimary(cluster, db);
                reads.awaitMore(50);
                writes.awaitMore(50);
                assertThat(most).isBetween(1, SHARE);
                assertThat(writes.failures()).isEmpty();
                assertThat(reads.failures()).isEmpty();
                assertThat(writes.slowest()).isLessThan(BORROW);
            }
        }
    }

    /** By our own count and by the server's, from the loss on and for a while after. */
    private static int mostReadsOnPrimary(PostgresCluster cluster, Database db) throws SQLException {
        int most = 0;
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < WATCHED.toNanos()) {
            most = Math.max(most, Math.max(countedByUs(db.status()), countedByServer(cluster.primary())));
        }
        await().atMost(SOON).until(() -> db.status().nodes().stream()
                .skip(1)
                .allMatch(node -> node.state() == NodeState.DOWN));
        return most;
    }

    private static int countedByUs(DatabaseStatus status) {
        return status.node("node-1").orElseThrow().pools().stream()
                .filter(pool -> pool.purpose().equals("read"))
                .mapToInt(PoolSnapshot::checkedOut)
                .sum();
    }

    private static int countedByServer(PostgresNode primary) throws SQLException {
        return Integer.parseInt(primary.execute("select count(*) from pg_stat_activity where usename = 'appuser'"
                        + " and state = 'active' and query = '" + READ + "'")
                .get(0)
                .get(0));
    }
}
