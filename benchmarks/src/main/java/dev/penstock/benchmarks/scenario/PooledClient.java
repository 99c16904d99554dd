package dev.penstock.benchmarks.scenario;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Collectors;

/** HikariCP over pgjdbc with all hosts in the URL and {@code targetServerType=primary}. */
record PooledClient(HikariDataSource source) implements Client {
    static final String SETTINGS = "targetServerType=primary&connectTimeout=2&socketTimeout=10";

    static PooledClient of(PostgresCluster cluster) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url("jdbc:postgresql://", cluster) + "?" + SETTINGS);
        config.setUsername("appuser");
        config.setPassword(cluster.password("appuser"));
        config.setMaximumPoolSize(Scenario.CONNECTIONS);
        config.setConnectionTimeout(Scenario.BORROW.toMillis());
        return new PooledClient(new HikariDataSource(config));
    }

    /** Every host, in the order of the nodes' names. */
    static String url(String scheme, PostgresCluster cluster) {
        return cluster.nodes().stream()
                .map(PooledClient::endpoint)
                .collect(Collectors.joining(",", scheme, "/" + cluster.database()));
    }

    private static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    @Override
    public String name() {
        return "HikariCP + pgjdbc";
    }

    @Override
    public int write(long id) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return Client.insert(connection, name(), id);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
