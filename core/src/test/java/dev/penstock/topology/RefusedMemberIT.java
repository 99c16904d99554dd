package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.DiscoveryMethod;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.config.TopologyConfig;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Production beside a discovery that names a server which production may not dial as configured. */
@PostgresTest(replicas = 0)
class RefusedMemberIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void a_member_that_production_refuses_is_shown_with_its_reason_and_the_others_serve(PostgresCluster cluster)
            throws Exception {
        String members = """
                {"members": [
                  {"name": "n0", "role": "leader", "host": "localhost", "port": %d},
                  {"name": "n1", "role": "replica", "host": "db.public-cloud.example", "port": 5433}]}
                """.formatted(cluster.primary().port());
        try (HttpStub patroni = HttpStub.answering(200, members);
                Database db = Database.open(production(cluster, patroni))) {
            await().atMost(SOON)
                    .until(() -> db.status().nodes().stream()
                            .anyMatch(node -> node.failureKind().isPresent()));
            NodeStatus found = db.status().nodes().get(1);
            assertThat(found.endpoint()).isEqualTo("db.public-cloud.example:5433");
            assertThat(found.failureKind()).contains(ConnectFailure.TLS);
            assertThat(found.lastFailure().orElseThrow())
                    .contains("[PRODUCTION_TLS]", "sslmode=disable", "Use sslmode=verify-full");
            assertThat(found.state()).isEqualTo(NodeState.UNKNOWN);
            assertThat(db.read(Served::by).port()).isEqualTo(cluster.primary().port());
            assertThat(db.writeReturning(Served::by).port())
                    .isEqualTo(cluster.primary().port());
        }
    }

    private static DatabaseConfig production(PostgresCluster cluster, HttpStub patroni) {
        return TestConfigs.of(cluster)
                .primary("localhost:" + cluster.primary().port())
                .environmentMode(EnvironmentMode.PRODUCTION)
                .tls(TlsConfig.disabled())
                .topology(new TopologyConfig(
                        Duration.ofSeconds(10), null, DiscoveryMethod.PATRONI, List.of(patroni.url()), null))
                .build();
    }
}
