package dev.penstock.routing;

import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.connect.NodeConnection;
import java.sql.Connection;
import java.sql.SQLException;

/** One READ ONLY transaction around a read: committed when it returns, rolled back on anything it throws. */
final class ReadTransaction {
    private ReadTransaction() {}

    static <T> T run(Connection connection, ReadOptions options, ReadWork.Body<T> body) throws SQLException {
        Isolation level = options.isolation().orElse(null);
        NodeConnection physical = connection.unwrap(NodeConnection.class);
        try {
            TransactionStart.begin(connection, level, options.parameters());
            if (options.fetchSize() > 0) {
                physical.setDefaultFetchSize(options.fetchSize());
            }
            T result = body.run(connection);
            connection.commit();
            return result;
        } catch (Throwable thrown) {
            WriteWork.rollback(connection, thrown);
            throw thrown;
        } finally {
            physical.followConfiguredFetchSize();
            physical.followConfiguredTimeout();
        }
    }
}
