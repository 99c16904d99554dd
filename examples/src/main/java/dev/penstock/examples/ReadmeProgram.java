package dev.penstock.examples;

// begin program
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.nio.file.Path;
import java.sql.SQLException;

// end program
/** The program at the top of README. A test compares the marked lines with it, another one runs them. */
// begin program
public final class ReadmeProgram {
    // end program
    private ReadmeProgram() {}

    // begin program
    public static void main(String[] args) throws SQLException {
        // end program
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
            // The primary, in one transaction.
            db.write(c -> c.createStatement().execute("insert into visit default values"));
            // A replica that is fresh enough.
            boolean visited = db.read(
                    c -> c.createStatement().executeQuery("select from visit").next());
            System.out.println(visited ? "visited" : "not on the replica yet");
        }
    }
}
// end program
