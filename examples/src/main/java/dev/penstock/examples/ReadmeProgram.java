package dev.penstock.examples;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The program at the top of README. A test compares the marked lines with it, another one runs them. */
public final class ReadmeProgram {
    private ReadmeProgram() {}

    public static void main(String[] arguments) throws SQLException {
        run(config());
    }

    static DatabaseConfig config() {
        // begin program
        DatabaseConfig config = DatabaseConfig.builder()
                .primary("db-1.internal")
                .replicas("db-2.internal", "db-3.internal:5433")
                .database("shop")
                .user("shop_app")
                .password(PasswordSource.dockerSecret("shop_db").orEnv("SHOP_DB_PASSWORD"))
                .tls(TlsConfig.verifyFull(Path.of("certs/db-ca.pem")))
                .build(); // every mistake at once, or a valid config

        // end program
        return config;
    }

    static void run(DatabaseConfig config) throws SQLException {
        // begin program
        try (Database db = Database.open(config)) {
            db.write(c -> insertVisit(c)); // the primary, one transaction
            long visits = db.read(c -> countVisits(c)); // a replica that is fresh enough
            System.out.println(visits + " visits");
        }
        // end program
    }

    private static void insertVisit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into visit default values");
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
