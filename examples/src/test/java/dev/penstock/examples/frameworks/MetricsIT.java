package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.metrics.DatabaseMetrics;
import dev.penstock.testkit.PostgresCluster;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The recipe of docs/metrics.md. */
class MetricsIT {
    @Test
    void a_registry_has_the_meters_of_a_database_until_they_are_closed() throws SQLException {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(1).tls(true).start();
                Database db = Shop.open(cluster)) {
            // begin bind
            DatabaseMetrics metrics = new DatabaseMetrics(db);
            metrics.bindTo(registry);
            // end bind
            assertThat(registry.get("penstock.nodes").tag("role", "primary").gauges())
                    .anySatisfy(gauge -> assertThat(gauge.value()).isEqualTo(1));
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }
}
