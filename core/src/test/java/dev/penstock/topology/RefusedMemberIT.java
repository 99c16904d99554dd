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
import dev.penstock.tls.MachinePolicy;
import dev.penstock.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A discovery that names a server which may not be dialled as configured, in production or under a policy. */
@PostgresTest(replicas = 0)
class RefusedMemberIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void a_member_that_production_refuses_is_shown_with_its_reason_and_the_others_serve(PostgresCluster cluster)
            throws Exception {
        assertRefused(
                cluster,
                builder -> builder.environmentMode(EnvironmentMode.PRODUCTION),
                "[PRODUCTION_TLS]",
                "sslmode=disable",
                "Use sslmode=verify-full");
    }

    /** The configured server is on this machine, which the policy exempts; the member is not. */
    @Test
    void a_member_for_which_a_policy_demands_more_is_shown_with_the_line_and_the_others_serve(PostgresCluster cluster)
            throws Exception {
        Path policy = MachinePolicy.write(directory.resolve("policy.conf"), "sslmode_at_least = verify-full");

        assertRefused(
                cluster,
                builder -> builder.policy(policy).environmentMode(EnvironmentMode.DEVELOPMENT),
                "[TLS_POLICY]",
                "tls.mode is disable; " + policy + ":1 demands verify-full",
                "Leave it out");
    }

    private static void assertRefused(
            PostgresCluster cluster, UnaryOperator<DatabaseConfig.Builder> strict, String... told) throws Exception {
        String members = """
            {"members": [
              {"name": "n0", "role": "leader", "host": "localhost", "port": %d},
              {"name": "n1", "role": "replica", "host": "db.public-cloud.example", "port": 5433}]}
            """.formatted(cluster.primary().port());
        try (HttpStub patroni = HttpStub.answering(200, members);
                Database db =
                        Database.open(strict.apply(found(cluster, patroni)).build())) {
            await().atMost(SOON)
                    .until(() -> db.status().nodes().stream()
                            .anyMatch(node -> node.monitor().failureKind().isPresent()));
            NodeStatus found = db.status().nodes().get(1);
            assertThat(found.endpoint()).isEqualTo("db.public-cloud.example:5433");
            assertThat(found.monitor().failureKind()).contains(ConnectFailure.TLS);
            assertThat(found.monitor().lastFailure().orElseThrow()).contains(told);
            assertThat(found.state()).isEqualTo(NodeState.UNKNOWN);
            assertThat(db.read(Served::by).port()).isEqualTo(cluster.primary().port());
            assertThat(db.writeReturning(Served::by).port())
                    .isEqualTo(cluster.primary().port());
        }
    }

    private static DatabaseConfig.Builder found(PostgresCluster cluster, HttpStub patroni) {
        return TestConfigs.of(cluster)
                .primary("localhost:" + cluster.primary().port())
                .tls(TlsConfig.disabled())
                .topology(TopologyConfig.builder()
                        .maxLag(Duration.ofSeconds(10))
                        .discovery(DiscoveryMethod.PATRONI)
                        .patroniUrls(List.of(patroni.url()))
                        .build());
    }
}
