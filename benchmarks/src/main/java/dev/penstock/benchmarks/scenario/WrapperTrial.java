package dev.penstock.benchmarks.scenario;

import dev.penstock.testkit.Followers;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Whether the failover plug-ins of the AWS Advanced JDBC Wrapper follow a promotion on plain PostgreSQL. Its dialect for it
 * takes hosts and roles from the URL alone, so it is no entry of the promotion table.
 */
final class WrapperTrial implements Scenario {
    private static final int FAILOVER_MILLIS = 10_000;

    @Override
    public String name() {
        return "aws-wrapper";
    }

    @Override
    public String title() {
        return "the first statement of an open connection after kill and promotion; failoverTimeoutMs "
                + FAILOVER_MILLIS;
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        for (String plugins : List.of("failover", "failover2", "failover2,efm2")) {
            try (PostgresCluster cluster = Scenario.cluster();
                    Connection connection = open(cluster, plugins)) {
                Client.insert(connection, plugins, 1);
                cluster.primary().kill();
                PostgresNode next = cluster.node(1);
                CompletableFuture<Long> accepted = Poller.firstWrite(next);
                next.promote(Followers.STAY);
                System.out.printf(
                        Locale.ROOT, "  %-15s %s%n", plugins, statement(connection, plugins, accepted.join()));
            }
        }
    }

    private static Connection open(PostgresCluster cluster, String plugins) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "appuser");
        properties.setProperty("password", cluster.password("appuser"));
        properties.setProperty("wrapperPlugins", plugins);
        properties.setProperty("failoverTimeoutMs", String.valueOf(FAILOVER_MILLIS));
        return DriverManager.getConnection(PooledClient.url("jdbc:aws-wrapper:postgresql://", cluster), properties);
    }

    private static String statement(Connection connection, String plugins, long accepts) {
        String ended;
        try {
            ended = "served by the port " + Client.insert(connection, plugins, 2);
        } catch (SQLException e) {
            ended = e.getClass().getSimpleName() + " " + e.getSQLState() + ": " + e.getMessage();
        }
        return String.format(
                Locale.ROOT,
                "%.0f ms after the new primary took a write: %s",
                (System.nanoTime() - accepts) / 1e6,
                ended);
    }
}
