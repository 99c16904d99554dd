package dev.penstock.metrics;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A database on a cluster of its own, with its meters in a Prometheus registry of its own. */
final class Bound implements AutoCloseable {
    final PostgresCluster cluster;
    final Database db;
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final DatabaseMetrics metrics;

    private Bound(PostgresCluster cluster, Database db, MetricsOptions options) {
        this.cluster = cluster;
        this.db = db;
        this.metrics = new DatabaseMetrics(db, options);
        metrics.bindTo(registry);
    }

    static Bound with(int replicas, MetricsOptions options) throws SQLException {
        PostgresCluster cluster =
                PostgresCluster.builder().replicas(replicas).tls(true).start();
        cluster.primary().execute("create table app.visit (id bigint generated always as identity, at text)");
        cluster.awaitReplicas();
        return new Bound(cluster, Database.open(config(cluster).build()), options);
    }

    static Bound withOneReplica() throws SQLException {
        return with(1, MetricsOptions.defaults());
    }

    static DatabaseConfig.Builder config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .replicas(cluster.replicas().stream()
                        .map(node -> "localhost:" + node.port())
                        .toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .pool(4, 2, Duration.ofSeconds(20))
                .maxLag(Duration.ofSeconds(2));
    }

    /** The port of the server that does it. */
    static int port(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select inet_server_port()")) {
            row.next();
            return row.getInt(1);
        }
    }

    static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into app.visit (at) values (now())");
        }
    }

    PostgresNode replica() {
        return cluster.replicas().get(0);
    }

    Samples scrape() {
        return Samples.of(registry.scrape());
    }

    @Override
    public void close() {
        try (PostgresCluster ended = cluster) {
            metrics.close();
            db.close();
        }
    }
}
