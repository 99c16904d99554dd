package dev.penstock.examples;

import dev.penstock.Database;
import dev.penstock.config.WriteOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What docs/pools.md shows: a parameter for one transaction, for policies that ask who the user is. */
public final class OneTransaction {
    private OneTransaction() {}

    /** Inserts a visit that belongs to that user, whatever the table's policy is. */
    public static void visit(Database db, String userId) throws SQLException {
        // begin parameter
        db.write(WriteOptions.defaults().with("app.user_id", userId), c -> insertVisit(c));
        // end parameter
    }

    private static void insertVisit(Connection connection) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into visits (owner) values (current_setting('app.user_id'))")) {
            insert.executeUpdate();
        }
    }
}
