package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** The recipe for Actuator on a cluster that loses a replica, then its primary. */
class HealthIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void a_lost_replica_leaves_the_application_ready_and_a_lost_primary_does_not() throws Exception {
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(1).tls(true).start();
                Database db = Database.open(Shop.config(cluster))) {
            PenstockHealthIndicator indicator = new PenstockHealthIndicator(db);
            await().atMost(SOON).until(() -> detail(indicator, "status").equals("UP"));
            cluster.replicas().get(0).kill();
            await().atMost(SOON).until(() -> detail(indicator, "status").equals("DEGRADED"));
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            assertThat(detail(indicator, "node-2")).startsWith("node-2: unknown, down");
            cluster.primary().kill();
            await().atMost(SOON).until(() -> indicator.health().getStatus().equals(Status.DOWN));
            assertThat(indicator.health().toString())
                    .doesNotContain("localhost", "appuser", cluster.password("appuser"));
        }
    }

    private static String detail(PenstockHealthIndicator indicator, String key) {
        Health health = indicator.health();
        return String.valueOf(health.getDetails().get(key));
    }
}
