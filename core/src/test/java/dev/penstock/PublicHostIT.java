package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.ListeningServer;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.violation.InvalidConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole database behind public names, with nothing set, in a process where these names lead to this machine. */
class PublicHostIT {
    private static final String UNPROVEN = "roundhouse.proxy.rlwy.net";
    private static final String PROVIDERS = "ep-cool-sun-a1b2c3.us-east-2.aws.neon.tech";

    /** Opens each of the given connection strings as a platform would hand it out, and tells how that went. */
    public static final class Application {
        private Application() {}

        public static void main(String[] urls) {
            for (String url : urls) {
                System.err.println("BEGIN");
                try (Database db = Database.open(DatabaseConfig.fromEnvironment(Map.of("DATABASE_URL", url)))) {
                    System.err.println("OPENED " + db.writeReturning(Served::by));
                } catch (SQLException | InvalidConfigException refused) {
                    System.err.println("REFUSED " + refused.getMessage().replace('\n', ' '));
                }
            }
        }
    }

    @Test
    void nothing_is_sent_that_was_not_meant_to_be_and_a_providers_string_opens(@TempDir Path directory)
            throws Exception {
        CertificateAuthority nobodys = CertificateAuthority.create("Nobody's CA");
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(0).tls(true).start();
                ListeningServer unset =
                        ListeningServer.showing(nobodys.server(UNPROVEN).issue());
                ListeningServer preferred = ListeningServer.withoutTls()) {
            String login = "postgresql://appuser:"
                    + Files.readString(cluster.secretFile("appuser")).strip() + "@";
            List<List<String>> told = run(
                    directory,
                    login + UNPROVEN + ":" + unset.port() + "/appdb",
                    login + UNPROVEN + ":" + preferred.port() + "/appdb?sslmode=prefer",
                    login + PROVIDERS + ":" + cluster.primary().port() + "/appdb?sslmode=require",
                    login + PROVIDERS + ":" + cluster.primary().port()
                            + "/appdb?sslmode=require&channel_binding=require");

            assertThat(unset.requests()).isNotEmpty().containsOnly(ListeningServer.SSL_REQUEST);
            assertThat(unset.logins()).isEmpty();
            assertThat(told.get(0))
                    .last()
                    .asString()
                    .startsWith("REFUSED")
                    .contains("TLS_UNTRUSTED_CHAIN", "Nothing is set", "docs/tls-presets.md#railway");
            assertThat(preferred.requests()).isEmpty();
            assertThat(told.get(1)).singleElement().asString().contains("APP_ENVIRONMENT=development");
            assertThat(told.get(2)).last().asString().startsWith("OPENED");
            assertThat(warnings(told.get(2)))
                    .singleElement()
                    .asString()
                    .contains("Write sslmode=verify-full&sslrootcert=system", "docs/tls-presets.md#neon");
            assertThat(told.get(3)).last().asString().startsWith("OPENED");
            assertThat(warnings(told.get(3))).isEmpty();
        }
    }

    /** Not that somebody waits for a server, which a busy machine makes true. */
    private static List<String> warnings(List<String> lines) {
        return lines.stream()
                .filter(line -> line.contains(" WARN ") && !line.contains("Waiting until"))
                .toList();
    }

    /** The lines that were printed for each connection string. */
    private static List<List<String>> run(Path directory, String... urls) throws Exception {
        Path hosts = Files.writeString(
                directory.resolve("hosts"), "127.0.0.1 " + UNPROVEN + "\n127.0.0.1 " + PROVIDERS + "\n");
        Path log = directory.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + hosts,
                "-Dorg.slf4j.simpleLogger.logFile=System.err",
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName()));
        command.addAll(List.of(urls));
        Process application = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            application.destroyForcibly();
        }
        List<List<String>> told = new ArrayList<>();
        for (String line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
            System.out.println(line);
            if (line.equals("BEGIN")) {
                told.add(new ArrayList<>());
            } else {
                told.get(told.size() - 1).add(line);
            }
        }
        return told;
    }
}
