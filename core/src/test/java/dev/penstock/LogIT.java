package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application prints that logs at INFO, from whatever library, in a process of its own: first lines come once for each. */
@PostgresTest(replicas = 1)
class LogIT {
    private static final int MOST_LINES = 8;

    /** Uses a database in every way, and closes it. */
    public static final class Application {
        private Application() {}

        public static void main(String[] arguments) throws SQLException {
            DatabaseConfig config = DatabaseConfig.builder()
                    .primary(arguments[0])
                    .replicas(arguments[1])
                    .database("appdb")
                    .user("appuser")
                    .password(PasswordSource.file(Path.of(arguments[2])))
                    .build();
            try (Database db = Database.open(config)) {
                db.warmUp();
                db.write(c -> Served.run(c, "select 1"));
                db.read(Served::by);
                db.session().run(() -> db.write(c -> Served.run(c, "select 2")));
                try (Connection lazy = db.dataSource().getConnection()) {
                    Served.run(lazy, "select 3");
                }
            }
        }
    }

    @Test
    void a_healthy_application_logs_what_its_servers_are_and_nothing_else(
            PostgresCluster cluster, @TempDir Path directory) throws Exception {
        Path log = directory.resolve("log");
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.slf4j.simpleLogger.log.com.zaxxer.hikari=info",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        TestConfigs.endpoint(cluster.primary()),
                        TestConfigs.endpoint(cluster.replicas().get(0)),
                        cluster.secretFile("appuser").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            application.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        System.out.println(String.join("\n", lines));
        assertThat(application.exitValue()).isZero();
        assertThat(lines)
                .hasSizeLessThanOrEqualTo(MOST_LINES)
                .anyMatch(line -> line.contains("node-1 is the primary"))
                .allMatch(line -> line.contains(" dev.penstock."));
    }
}
