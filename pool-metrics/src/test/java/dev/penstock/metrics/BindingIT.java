package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How meters come and go. */
class BindingIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Bound bound;

    @BeforeAll
    static void open() throws Exception {
        bound = Bound.withOneReplica();
    }

    @AfterAll
    static void close() {
        bound.close();
    }

    @Test
    void nothing_is_left_after_the_end_neither_in_the_registry_nor_at_the_database() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        DatabaseMetrics metrics =
                new DatabaseMetrics(bound.db, MetricsOptions.defaults().withHikariTimers());
        metrics.bindTo(registry);
        FunctionTimer usage = registry.get("penstock.pool.usage")
                .tags("node", "node-1", "purpose", "write")
                .functionTimer();
        bound.db.write(Bound::insert);
        await().atMost(SOON).until(() -> usage.count() == 1);
        double summed = usage.totalTime(TimeUnit.SECONDS);
        metrics.close();
        bound.db.write(c -> {
            try (Statement statement = c.createStatement()) {
                statement.execute("select pg_sleep(0.01)");
            }
        });
        assertThat(usage.totalTime(TimeUnit.SECONDS))
                .as("nobody sums up any more")
                .isLessThanOrEqualTo(summed);
        assertThat(registry.getMeters()).isEmpty();
        assertThat(bound.scrape().sum("penstock_pool_usage_seconds_count"))
                .as("others do")
                .isPositive();
    }

    @Test
    void meters_go_on_when_nobody_keeps_their_binder() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        new DatabaseMetrics(bound.db).bindTo(registry);
        System.gc();
        bound.db.write(Bound::insert);
        assertThat(registry.get("penstock.nodes")
                        .tags("node", "node-1", "role", "primary")
                        .gauge()
                        .value())
                .isEqualTo(1);
        FunctionTimer usage = registry.get("penstock.pool.usage")
                .tags("node", "node-1", "purpose", "write")
                .functionTimer();
        await().atMost(SOON).until(() -> usage.count() == 1);
    }

    @Test
    void two_databases_of_one_name_are_told_apart_or_refused() {
        DatabaseMetrics second = new DatabaseMetrics(bound.db);
        assertThatThrownBy(() -> second.bindTo(bound.registry))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'appdb'")
                .hasMessageContaining("withName");
        try (DatabaseMetrics named =
                new DatabaseMetrics(bound.db, MetricsOptions.defaults().withName("orders"))) {
            named.bindTo(bound.registry);
            assertThat(bound.scrape().sum("penstock_nodes", "orders", "primary"))
                    .isEqualTo(1);
        }
        assertThat(bound.scrape().series().keySet()).noneMatch(series -> series.contains("orders"));
        assertThat(bound.scrape().sum("penstock_nodes", "appdb", "primary")).isEqualTo(1);
    }

    @Test
    void buckets_come_with_one_switch_and_for_all_databases_of_a_registry() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MetricsOptions options = MetricsOptions.defaults().withAcquireBuckets();
        try (DatabaseMetrics metrics = new DatabaseMetrics(bound.db, options)) {
            metrics.bindTo(registry);
            bound.db.write(Bound::insert);
            Samples scrape = Samples.of(registry.scrape());
            assertThat(scrape.sum("penstock_acquire_seconds_bucket", "node-1", "write", "success", "le=\"30.0\""))
                    .isEqualTo(1);
            assertThat(scrape.sum("penstock_acquire_seconds_count", "node-1", "write"))
                    .isEqualTo(1);
            assertThat(scrape.sum("penstock_acquire_max_seconds", "node-1", "write"))
                    .isPositive();
            DatabaseMetrics other =
                    new DatabaseMetrics(bound.db, MetricsOptions.defaults().withName("other"));
            assertThatThrownBy(() -> other.bindTo(registry))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("buckets");
            assertThat(registry.scrape()).as("nothing of it is left").doesNotContain("database=\"other\"");
        }
    }

    @Test
    void the_timers_of_hikari_are_there_on_wish_and_leave_timeouts_out() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (DatabaseMetrics metrics =
                new DatabaseMetrics(bound.db, MetricsOptions.defaults().withHikariTimers())) {
            metrics.bindTo(registry);
            bound.db.write(Bound::insert);
            String pool = "penstock-appdb-node-1-write";
            assertThat(registry.get("hikaricp.connections.acquire")
                            .tag("pool", pool)
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("hikaricp.connections.usage")
                            .tag("pool", pool)
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("hikaricp.connections.timeout")
                            .tag("pool", pool)
                            .counter()
                            .count())
                    .isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_connection_that_is_held_is_seen_at_once() throws Exception {
        try (Connection held = bound.db.writer().getConnection()) {
            assertThat(held.isClosed()).isFalse();
            await().atMost(SOON)
                    .until(() -> bound.scrape().sum("penstock_pool_connections", "node-1", "write", "active") == 1
                            && bound.scrape().sum("hikaricp_connections_active", "node-1-write") == 1);
        }
        await().atMost(SOON)
                .until(() -> bound.scrape().sum("penstock_pool_connections", "node-1", "write", "active") == 0);
    }

    @Test
    void a_write_within_a_read_is_counted() {
        double before = bound.scrape().sum("penstock_readonly_rejections_total", "node-2", "read");
        assertThatThrownBy(() -> bound.db.read(connection -> {
                    Bound.insert(connection);
                    return 0;
                }))
                .hasMessageContaining("read-only");
        assertThat(bound.scrape().sum("penstock_readonly_rejections_total", "node-2", "read"))
                .isEqualTo(before + 1);
    }
}
