package dev.penstock.examples;

// begin quickstart
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

// end quickstart
/** The program of docs/quickstart.md, for the cluster of {@code ./penstock dev}. A test compares and runs it. */
// begin quickstart
public final class Quickstart {
    // end quickstart
    private Quickstart() {}

    // begin quickstart
    public static void main(String[] args) throws SQLException {
        DatabaseConfig config = DatabaseConfig.fromEnvironment();
        // end quickstart
        run(config);
    }

    static void run(DatabaseConfig config) throws SQLException {
        // begin quickstart
        try (Database db = Database.open(config)) {
            db.write(c -> insertVisit(c, "first"));
            long visits = db.read(c -> countVisits(c));
            System.out.println(visits + " visits");
        }
    }

    private static void insertVisit(Connection connection, String note) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into visit (note) values (?)")) {
            insert.setString(1, note);
            insert.executeUpdate();
        }
    }

    private static long countVisits(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from visit")) {
            result.next();
            return result.getLong(1);
        }
    }
}
// end quickstart
