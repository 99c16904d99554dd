package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What a scrape holds after each of five things that happen, beside a file in {@code src/test/resources/scrapes}: every name and every tag, and whether the
 * value is 0, not 0, or not known. {@code -Dpenstock.golden.write=true} writes the files anew.
 */
class ScrapeIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** What depends on the machine and the moment. */
    private static final List<String> VOLATILE = List.of(
            "hikaricp_connections{",
            "hikaricp_connections_idle{",
            "penstock_pool_connections{",
            "penstock_pool_overflow_connections{",
            "penstock_pool_closed_connections_total{",
            "penstock_pool_create_failed_attempts_total{",
            "penstock_pool_create_seconds",
            "penstock_pool_invalid_connections_total{",
            "penstock_acquire_",
            "penstock_pool_usage_",
            "penstock_pool_queued_borrows_total{",
            "penstock_node_probe_seconds",
            "penstock_refused_logins_total{",
            "penstock_replica_lag_age_seconds{",
            "penstock_replica_lag_bytes{",
            "penstock_retries_total{",
            "penstock_routing_",
            "penstock_server_connections{",
            "penstock_tls_connections{");

    @Test
    void calm() throws Exception {
        try (Bound bound = Bound.withOneReplica()) {
            work(bound);
            await().atMost(SOON).until(() -> bound.scrape().sum("penstock_server_connections") > 0);
            equalsGolden("calm", bound.scrape());
        }
    }

    @Test
    void lag() throws Exception {
        try (Bound bound = Bound.withOneReplica()) {
            bound.replica().pauseReplay();
            await().atMost(SOON).until(() -> {
                bound.db.write(Bound::insert);
                return bound.db.status().node("node-2").orElseThrow().lag().tooFar();
            });
            bound.db.read(Bound::port);
            Samples scrape = bound.scrape();
            assertThat(scrape.sum("penstock_replica_lag_seconds", "node-2"))
                    .isGreaterThan(scrape.sum("penstock_replica_lag_limit_seconds"));
            assertThat(scrape.sum("penstock_replica_lag_bytes", "node-2")).isPositive();
            assertThat(scrape.sum("penstock_routing_fallbacks_total", "replicas_behind"))
                    .isPositive();
            equalsGolden("lag", scrape);
            bound.replica().resumeReplay();
        }
    }

    @Test
    void failover() throws Exception {
        try (Bound bound = Bound.withOneReplica()) {
            work(bound);
            PostgresNode next = bound.replica();
            bound.cluster.primary().kill();
            // Promoted before the loss was seen it would be a switchover.
            await().atMost(SOON).until(() -> bound.db.status().primary().isEmpty());
            next.promote();
            await().atMost(SOON).ignoreExceptions().until(() -> {
                bound.db.write(Bound::insert);
                return true;
            });
            await().atMost(SOON)
                    .until(() -> bound.scrape().sum("penstock_failover_seconds_count") == 1
                            && bound.db.status().node("node-1").orElseThrow().state() == NodeState.DOWN);
            equalsGolden("failover", bound.scrape());
        }
    }

    @Test
    void rotation() throws Exception {
        try (Bound bound = Bound.withOneReplica()) {
            work(bound);
            Path secret = bound.cluster.secretFile("appuser");
            bound.cluster.primary().execute("alter role appuser password 'another one'");
            Files.writeString(secret, "another one\n");
            // Connections stand for as long as they like; those of now are opened with the new password.
            await().atMost(SOON).until(() -> {
                borrowTogether(bound, 6).forEach(ScrapeIT::close);
                return bound.scrape().sum("penstock_credentials_rotations_total") == 1;
            });
            await().atMost(SOON)
                    .until(() -> bound.scrape().sum("penstock_credentials_reloads_total", "changed", "write") == 1);
            equalsGolden("rotation", bound.scrape());
        }
    }

    @Test
    void exhaustion() throws Exception {
        try (Bound bound = Bound.with(1, MetricsOptions.defaults())) {
            List<Connection> all = borrowTogether(bound, 6);
            Future<?> interrupted = CompletableFuture.runAsync(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> bound.db.writer().getConnection()).isInstanceOf(SQLException.class);
            });
            interrupted.get();
            Samples full = bound.scrape();
            assertThat(full.sum("penstock_pool_connections", "node-1", "write", "active"))
                    .isEqualTo(full.sum("penstock_pool_limit_connections", "node-1", "ceiling"));
            assertThat(full.sum("penstock_pool_overflow_connections", "node-1")).isEqualTo(2);
            assertThat(full.sum("penstock_pool_queued_borrows_total", "node-1", "write"))
                    .isEqualTo(1);
            assertThat(full.sum("penstock_acquire_seconds_count", "interrupted", "write"))
                    .isEqualTo(1);
            equalsGolden("exhaustion", full);
            all.forEach(ScrapeIT::close);
        }
    }

    private static void work(Bound bound) throws SQLException {
        for (int i = 0; i < 10; i++) {
            bound.db.write(Bound::insert);
            bound.db.read(Bound::port);
        }
    }

    private static List<Connection> borrowTogether(Bound bound, int connections) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            all.add(bound.db.writer().getConnection());
        }
        return all;
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void equalsGolden(String scenario, Samples scrape) throws IOException {
        Path file = Path.of("src/test/resources/scrapes", scenario + ".txt");
        String now = scrape.series().entrySet().stream()
                .map(one -> normalised(one.getKey(), one.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
        if (Boolean.getBoolean("penstock.golden.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, now);
        }
        assertThat(now).isEqualTo(Files.readString(file));
    }

    private static String normalised(String series, double value) {
        String name = series.replaceAll("(version|pgjdbc|hikari)=\"[^\"]+\"", "$1=\"*\"");
        if (VOLATILE.stream().anyMatch(series::startsWith)) {
            return name + " *";
        }
        return name + (Double.isNaN(value) ? " unknown" : value == 0 ? " 0" : " not 0");
    }
}
