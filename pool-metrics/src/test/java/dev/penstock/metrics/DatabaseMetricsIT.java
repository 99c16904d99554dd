package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class DatabaseMetricsIT {
    @Test
    void the_meters_tell_members_roles_and_connections_and_go_with_the_binder() throws Exception {
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(1).tls(true).start();
                Database db = Database.open(config(cluster))) {
            MeterRegistry registry = new SimpleMeterRegistry();
            DatabaseMetrics metrics = new DatabaseMetrics(db);
            metrics.bindTo(registry);
            try (Connection held = db.writer().getConnection()) {
                assertThat(held.isValid(1)).isTrue();
                assertThat(value(
                                registry,
                                "penstock.connections",
                                "member",
                                "node-1",
                                "purpose",
                                "write",
                                "state",
                                "active"))
                        .isEqualTo(1);
            }
            assertThat(value(registry, "penstock.member.up", "member", "node-1"))
                    .isEqualTo(1);
            assertThat(value(registry, "penstock.member.role", "member", "node-1", "role", "primary"))
                    .isEqualTo(1);
            assertThat(value(registry, "penstock.member.role", "member", "node-1", "role", "replica"))
                    .isZero();
            assertThat(registry.getMeters()).allSatisfy(DatabaseMetricsIT::isDescribed);
            assertThat(registry.getMeters().toString()
                            + registry.getMeters().stream().map(Meter::getId).toList())
                    .doesNotContain(cluster.password("appuser"));
            assertThat(registry.get("penstock.passwords.rotated").counter().count())
                    .isZero();
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    private static void isDescribed(Meter meter) {
        assertThat(meter.getId().getDescription()).isNotBlank();
        assertThat(meter.getId().getBaseUnit()).isNotBlank();
        assertThat(meter.getId().getTags()).noneMatch(tag -> tag.getValue().contains("localhost"));
    }

    private static double value(MeterRegistry registry, String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private static DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .replicas("localhost:" + cluster.replicas().get(0).port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .build();
    }
}
