package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server that has Aurora's functions is taken for one: what depends on WAL positions is off, and says so. */
class AuroraIT {
    @Test
    void lag_is_unknown_on_aurora_and_the_note_says_why() throws Exception {
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(1).tls(true).start()) {
            cluster.primary().execute("create function public.aurora_version() returns text return 'x'");
            cluster.primary().execute("create function public.aurora_replica_status() returns text return 'x'");
            cluster.awaitReplicas();
            try (Database db = Database.open(TestConfigs.of(cluster).build())) {
                assertThat(db.await(
                                status -> status.nodes().stream().allMatch(node -> node.state() == NodeState.UP),
                                Duration.ofSeconds(20)))
                        .isTrue();
                assertThat(db.status().nodes()).allSatisfy(node -> {
                    assertThat(node.lag().time()).isEmpty();
                    assertThat(node.monitor().note().orElseThrow())
                            .contains("Aurora")
                            .contains("max_lag has no effect");
                });
                db.write(c -> Served.run(c, "select 1"));
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> db.read(Served::by).inRecovery());
            }
            cluster.primary().execute("drop function public.aurora_version(), public.aurora_replica_status()");
            cluster.awaitReplicas();
            try (Database db = Database.open(TestConfigs.of(cluster).build())) {
                assertThat(db.status().primary().flatMap(node -> node.monitor().note()))
                        .isEmpty();
            }
        }
    }
}
