package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.time.Duration;
import java.util.List;

/** The configuration that a user of the testkit's cluster would write. */
public final class TestConfigs {
    private TestConfigs() {}

    /** {@code verify-full} and a secret file, as in production; every node of the cluster. */
    public static DatabaseConfig.Builder of(PostgresCluster cluster) {
        return of(cluster, cluster.nodes());
    }

    public static DatabaseConfig.Builder of(PostgresCluster cluster, List<PostgresNode> nodes) {
        return DatabaseConfig.builder()
                .primary(endpoint(nodes.get(0)))
                .replicas(nodes.stream().skip(1).map(TestConfigs::endpoint).toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .pool(8, 2, Duration.ofSeconds(20));
    }

    public static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }
}
