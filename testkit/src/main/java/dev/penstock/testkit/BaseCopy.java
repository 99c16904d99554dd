package dev.penstock.testkit;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A copy of a running primary by the low-level backup functions: what {@code pg_basebackup} does, which the bundle lacks. */
record BaseCopy(PostgresNode primary, DataDirectory target) {
    void take() {
        // Both calls in one session: the backup ends with it.
        try (Connection session = primary.session();
                Statement statement = session.createStatement()) {
            statement.execute("select pg_backup_start('penstock testkit', fast => true)");
            target.copyRunning(primary.data().path());
            target.write("backup_label", stop(statement));
        } catch (SQLException | IOException e) {
            throw new PostgresClusterException("cannot copy " + primary.name() + " to " + target.path(), e);
        }
    }

    private static String stop(Statement statement) throws SQLException {
        try (ResultSet result =
                statement.executeQuery("select labelfile from pg_backup_stop(wait_for_archive => false)")) {
            result.next();
            return result.getString(1);
        }
    }
}
