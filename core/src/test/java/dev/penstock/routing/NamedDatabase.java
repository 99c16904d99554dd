package dev.penstock.routing;

import dev.penstock.Database;
import dev.penstock.Hastened;
import dev.penstock.Served;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.NodeStatus;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A program of its own, because a JVM reads its host names from a file of its own only when it is told so at its start. It says
 * again and again which server it writes to and which nodes it knows, until its input ends.
 */
final class NamedDatabase {
    private NamedDatabase() {}

    public static void main(String[] arguments) throws Exception {
        // A name is looked up anew each time.
        java.security.Security.setProperty("networkaddress.cache.ttl", "0");
        java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
        try (Database db = Hastened.open(DatabaseConfig.fromEnvironment(System.getenv()))) {
            while (System.in.available() == 0) {
                System.out.println("written to " + writtenTo(db) + ", nodes " + nodes(db));
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static String writtenTo(Database db) {
        try {
            Served served = db.writeReturning(Served::by);
            return String.valueOf(served.port());
        } catch (SQLException e) {
            return "nobody (" + e.getSQLState() + ")";
        }
    }

    private static String nodes(Database db) {
        return db.status().nodes().stream()
                .map(NodeStatus::role)
                .map(String::valueOf)
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
