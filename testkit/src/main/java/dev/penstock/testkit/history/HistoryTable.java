package dev.penstock.testkit.history;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What recorded calls write and read: a version for each key, and a log of who wrote it where. Both change in one statement,
 * and the server itself writes down its name. The log has no unique key: a write that is executed twice must be able to.
 * Thread-safe.
 */
public final class HistoryTable {
    private static final String TABLES = """
        create table app.history_version (key text primary key, version bigint not null, writer bigint not null)
               with (fillfactor = 50);
        create table app.history_log (operation bigint not null, key text not null, version bigint not null,
                                      node text not null default current_setting('cluster_name'))
        """;

    private static final String WRITE = """
        with next as (update app.history_version set version = version + 1, writer = ? where key = ?
                      returning key, version, writer)
        insert into app.history_log (operation, key, version) select writer, key, version from next
        returning node, pg_is_in_recovery(), version, operation
        """;

    private static final String READ = """
        select current_setting('cluster_name'), pg_is_in_recovery(), version, writer
          from app.history_version where key = ?
        """;

    private final PostgresCluster cluster;
    private final List<String> keys;

    private HistoryTable(PostgresCluster cluster, List<String> keys) {
        this.cluster = cluster;
        this.keys = keys;
    }

    /** Makes the tables with that many keys, "k-1", "k-2", …, and waits until every replica has them. */
    public static HistoryTable create(PostgresCluster cluster, int keyCount) throws SQLException {
        List<String> keys = new ArrayList<>();
        for (int i = 1; i <= keyCount; i++) {
            keys.add("k-" + i);
        }
        cluster.primary().execute(TABLES);
        cluster.primary()
                .execute("insert into app.history_version select 'k-' || n, 0, 0 from generate_series(1, " + keyCount
                        + ") as n");
        cluster.awaitReplicas();
        return new HistoryTable(cluster, List.copyOf(keys));
    }

    /** The cluster that it is in. */
    public PostgresCluster cluster() {
        return cluster;
    }

    /** All keys. */
    public List<String> keys() {
        return keys;
    }

    /** Gives {@code key} its next version, in the connection's transaction. One round trip. */
    public Seen write(Connection connection, String key, long operation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            statement.setLong(1, operation);
            statement.setString(2, key);
            return seen(statement);
        }
    }

    /** The version of {@code key} as this server has it. One round trip. */
    public Seen read(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, key);
            return seen(statement);
        }
    }

    private static Seen seen(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the server has no such key", "02000");
            }
            return new Seen(row.getString(1), row.getBoolean(2), row.getLong(3), row.getLong(4));
        }
    }

    /** Every write that this server has executed or replayed, asked directly. */
    public List<Row> rows(PostgresNode node) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (List<String> row : node.execute("select operation, key, version, node from app.history_log")) {
            rows.add(new Row(Long.parseLong(row.get(0)), row.get(1), Long.parseLong(row.get(2)), row.get(3)));
        }
        return rows;
    }
}
