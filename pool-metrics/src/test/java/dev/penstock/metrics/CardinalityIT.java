package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** How many series there are, and that their number depends on the number of nodes alone. */
class CardinalityIT {
    static final long OF_A_DATABASE = 93;
    static final long OF_A_NODE = 78;
    static final long OF_A_NODE_BY_HIKARI = 12;

    /** Eleven buckets, what is above them, and the timer's own maximum; for two purposes of a node, and four outcomes without one. */
    static final long OF_BUCKETS = 13;

    @Test
    void there_are_as_many_series_as_the_page_says() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().start()) {
            // Three replicas that are down are nodes like any other.
            try (Database db = Database.open(Bound.config(cluster)
                    .replicas("localhost:1", "localhost:2", "localhost:3")
                    .tls(TlsConfig.disabled())
                    .build())) {
                Samples scrape = scrape(db, MetricsOptions.defaults());
                assertThat(scrape.count("penstock")).isEqualTo(OF_A_DATABASE + 4 * OF_A_NODE);
                assertThat(scrape.count("hikaricp")).isEqualTo(4 * OF_A_NODE_BY_HIKARI);
                for (int i = 0; i < 20; i++) {
                    db.write(connection -> assertThat(connection.isValid(1)).isTrue());
                    db.read(Bound::port);
                }
                assertThat(scrape(db, MetricsOptions.defaults()).series().keySet())
                        .as("work makes no series")
                        .isEqualTo(scrape.series().keySet());
                Samples bucketed = scrape(db, MetricsOptions.defaults().withAcquireBuckets());
                assertThat(bucketed.count("penstock") - scrape.count("penstock"))
                        .isEqualTo((2 * 4 + 2 * 4) * OF_BUCKETS);
            }
        }
        String page = Files.readString(Path.of("../docs/metrics.md"));
        assertThat(page).contains(OF_A_DATABASE + " + " + OF_A_NODE + " × nodes");
    }

    private static Samples scrape(Database db, MetricsOptions options) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (DatabaseMetrics metrics = new DatabaseMetrics(db, options)) {
            metrics.bindTo(registry);
            return Samples.of(registry.scrape());
        }
    }
}
