package dev.penstock.examples.contract;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Collectors;

/** The testkit's: processes of this machine. */
final class EmbeddedServers implements Servers {
    private final PostgresCluster cluster =
            PostgresCluster.builder().replicas(1).tls(true).start();

    @Override
    public String primary() {
        return endpoint(cluster.node(0));
    }

    @Override
    public String replica() {
        return endpoint(cluster.node(1));
    }

    private static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    @Override
    public Path caFile() {
        return cluster.certificates().caFile();
    }

    @Override
    public Path secretFile(String role) {
        return cluster.secretFile(role);
    }

    @Override
    public String onPrimary(String sql) throws SQLException {
        return run(cluster.node(0), sql);
    }

    @Override
    public String onReplica(String sql) throws SQLException {
        return run(cluster.node(1), sql);
    }

    private static String run(PostgresNode node, String sql) throws SQLException {
        return node.execute(sql).stream().map(row -> String.join("|", row)).collect(Collectors.joining("\n"));
    }

    @Override
    public void killPrimary() {
        cluster.node(0).kill();
    }

    @Override
    public void promoteReplica() {
        cluster.node(1).promote();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
