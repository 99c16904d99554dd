package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.PostgresCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code penstock plan} against a server of 40 connections. */
class PlanIT {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void two_databases_of_four_instances_do_not_fit_and_one_smaller_pool_does(@TempDir Path directory)
            throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder()
                .replicas(0)
                .setting("max_connections", "40")
                .start()) {
            Path file = directory.resolve("config.yaml");
            String url = "postgresql://appuser@localhost:" + cluster.primary().port() + "/appdb?sslmode=disable";
            String secret = cluster.secretFile("appuser").toString();
            Files.writeString(file, """
                    database:
                      url: %1$s
                      user_pw_file_path: %2$s
                      instances: 4
                      pool_size: 5
                      max_overflow: 1
                    databases:
                      temporal:
                        url: %1$s
                        user_pw_file_path: %2$s
                        instances: 4
                        pool_size: 5
                        max_overflow: 1
                    """.formatted(url, secret));
            assertThat(plan("--config", file.toString())).isEqualTo(1);
            System.out.println(printed());
            assertThat(printed())
                    .contains("conflict SERVER_BUDGET: 4 instances and 1 more during a deploy may open"
                            + " 5 × (6 + 1 of the monitor + 7 of 'appdb') = 70 sessions")
                    .contains("which admits 37 (max_connections 40 −");

            Files.writeString(file, """
                    database:
                      url: %s
                      user_pw_file_path: %s
                      instances: 4
                      pool_size: 5
                      max_overflow: 1
                    """.formatted(url, secret));
            out.reset();
            assertThat(plan("--json", "--config", file.toString())).isZero();
            assertThat(printed()).contains("\"usable\" : 37").contains("\"refuses\" : false");
            assertThat(plan("--config", file.toString(), "--what-if", "more-instances=2"))
                    .isEqualTo(1);
        }
    }

    private int plan(String... arguments) throws Exception {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new PlanCommand().run(List.of(arguments), new Terminal(stream, stream, false));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
