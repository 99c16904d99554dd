package dev.penstock.examples.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.tls.SslMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What examples/compose promises and its text alone can show; -Pcontainers runs it. */
@TestInstance(Lifecycle.PER_CLASS)
class ComposeFileTest {
    private ComposeFile file;

    @BeforeAll
    void load() throws IOException {
        file = ComposeFile.load(ComposeFile.EXAMPLE, Map.of());
    }

    @Test
    void every_service_is_read_only_without_capabilities_and_has_a_health_check() {
        assertThat(file.services())
                .extracting(ComposeService::name)
                .containsExactly("primary", "replica", "application");
        assertThat(file.services()).allSatisfy(service -> {
            assertThat(service.keys())
                    .containsEntry("read_only", true)
                    .containsEntry("cap_drop", List.of("ALL"))
                    .containsEntry("security_opt", List.of("no-new-privileges:true"));
            assertThat(service.healthCheck()).isNotEmpty();
        });
    }

    @Test
    void nobody_is_root() throws IOException {
        assertThat(file.service("primary").keys()).containsEntry("user", "postgres");
        assertThat(file.service("replica").keys()).containsEntry("user", "postgres");
        assertThat(dockerfile()).contains("\nUSER 10001:10001\n");
    }

    @Test
    void the_servers_are_in_a_network_without_a_way_out_and_publish_no_port() {
        assertThat(ComposeFile.map(file.content().get("networks"))).containsEntry("database", Map.of("internal", true));
        for (String server : List.of("primary", "replica")) {
            assertThat(file.service(server).keys())
                    .containsEntry("networks", List.of("database"))
                    .doesNotContainKey("ports");
        }
        assertThat(file.service("application").keys()).containsEntry("ports", List.of("127.0.0.1:8080:8080"));
    }

    @Test
    void servers_let_nobody_in_by_network_without_tls_and_scram() throws IOException {
        List<List<String>> rules = lines("postgres/pg_hba.conf")
                .map(line -> List.of(line.split("\\s+")))
                .toList();
        assertThat(rules.get(0)).containsExactly("local", "all", "postgres", "peer");
        assertThat(rules.subList(1, rules.size())).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.get(0)).isEqualTo("hostssl");
            assertThat(rule.get(rule.size() - 1)).isEqualTo("scram-sha-256");
        });
    }

    @Test
    void variables_name_the_files_of_passwords_and_hold_none() {
        for (ComposeService service : file.services()) {
            Map<String, Object> variables = ComposeFile.map(service.keys().get("environment"));
            assertThat(variables.entrySet().stream()
                            .filter(variable -> variable.getKey().contains("PASSWORD"))
                            .map(Map.Entry::getValue))
                    .isNotEmpty()
                    .allMatch(value -> value.toString().startsWith("/run/secrets/"));
        }
    }

    @Test
    void the_applications_variables_are_a_configuration_for_production_that_warns_of_nothing() {
        Map<String, String> variables =
                ComposeFile.map(file.service("application").keys().get("environment")).entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                variable -> variable.getValue().toString()));
        DatabaseConfig config = DatabaseConfig.fromEnvironment(variables);
        assertThat(config.environmentMode()).isEqualTo(EnvironmentMode.PRODUCTION);
        assertThat(config.tls().mode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void file_and_dockerfile_name_the_same_image_of_java() throws IOException {
        Object named =
                ComposeFile.map(file.service("application").build().get("args")).get("JAVA_IMAGE");
        assertThat(dockerfile()).contains("\nARG JAVA_IMAGE=" + named + "\n");
    }

    private static String dockerfile() throws IOException {
        return Files.readString(beside("Dockerfile"));
    }

    /** Without comments. */
    private static Stream<String> lines(String name) throws IOException {
        return Files.readAllLines(beside(name)).stream().filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    private static Path beside(String name) {
        return ComposeFile.EXAMPLE.resolveSibling(name);
    }
}
