package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The database that a test works in: the cluster's own, or with {@link Isolation#DATABASE} the test class's. */
public final class TestDatabase {
    private final PostgresCluster cluster;
    private final String name;

    TestDatabase(PostgresCluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /** The cluster it is in. */
    public PostgresCluster cluster() {
        return cluster;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its address on that node, without user and password. */
    public String jdbcUrl(PostgresNode node) {
        return node.jdbcUrl(name);
    }

    /** A new session of that role on that node; the caller closes it. */
    public Connection connect(PostgresNode node, String role) throws SQLException {
        return node.connect(role, name);
    }

    /** New sessions of {@code appuser} on that node. */
    public DataSource dataSource(PostgresNode node) {
        return new ConnectionSource(() -> connect(node, Roles.APPLICATION));
    }
}
