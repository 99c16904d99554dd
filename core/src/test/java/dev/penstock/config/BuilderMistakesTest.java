package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsVersion;
import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code build()} says of every call before it. */
class BuilderMistakesTest {
    @Test
    void every_setter_that_is_wrong_is_told_at_once_whichever_section_it_is_in() {
        List<Violation> found = Loading.violations(() -> DatabaseConfig.builder()
                .primary("db-1:54x2")
                .replicas("db-2:0", "db 3")
                .database(" ")
                .user("")
                .applicationName(" ")
                .tls(
                        SslMode.VERIFY_CA,
                        tls -> tls.minVersion(TlsVersion.TLS_1_3).maxVersion(TlsVersion.TLS_1_2))
                .pool(section ->
                        section.size(0).maxOverflow(101).timeout(Duration.ZERO).recycle(Duration.ofSeconds(1)))
                .timeouts(Duration.ZERO, Duration.ofDays(2))
                .topology(section -> section.maxLag(Duration.ZERO)
                        .maxLagMegabytes(0)
                        .discovery(DiscoveryMethod.PATRONI)
                        .systemIdentifier("x"))
                .routing(section -> section.onNoReplica(OnNoReplica.FAIL).primaryReadWeight(2))
                .roles(section -> section.readRole(ReadRole.RO_USER))
                .session(section -> section.schema(" ")
                        .settings(Map.of("role", "x"))
                        .hygiene(Hygiene.ALWAYS)
                        .pooler(Pooler.TRANSACTION))
                .workload(workload -> workload.instances(0).deploySurge(-1))
                .build());

        assertThat(found)
                .extracting(Violation::path)
                .containsExactly(
                        "primary",
                        "replicas[0].port",
                        "replicas[1].host",
                        "database",
                        "user",
                        "roles.readRole",
                        "password",
                        "pool.size",
                        "pool.maxOverflow",
                        "pool.timeout",
                        "pool.recycle",
                        "timeouts.connect",
                        "timeouts.statement",
                        "topology.maxLag",
                        "topology.maxLagMegabytes",
                        "topology.patroniUrls",
                        "topology.systemIdentifier",
                        "routing.primaryReadWeight",
                        "applicationName",
                        "session.schema",
                        "session.settings",
                        "session.settings",
                        "session.hygiene",
                        "workload.instances",
                        "workload.deploySurge",
                        "tls.ca",
                        "tls.minVersion");
        assertThat(found).allSatisfy(violation -> {
            assertThat(violation.origin()).isEqualTo(Violation.IN_CODE);
            assertThat(violation.remedy()).isNotBlank();
        });
    }

    @Test
    void plain_values_are_gathered_as_the_sections_are() {
        assertThat(paths(complete()
                        .pool(0, -1, Duration.ZERO)
                        .timeouts(Duration.ZERO, Duration.ZERO)
                        .maxLag(Duration.ZERO)))
                .containsExactly(
                        "pool.size",
                        "pool.maxOverflow",
                        "pool.timeout",
                        "timeouts.connect",
                        "timeouts.statement",
                        "topology.maxLag");
    }

    /** {@code System.getenv} gives null for what is not set. */
    @Test
    @SuppressWarnings("NullAway")
    void null_is_a_mistake_like_others_and_no_exception_of_its_own() {
        DatabaseConfig.Builder builder = DatabaseConfig.builder()
                .primary(null)
                .replicas("db-2", null)
                .database(null)
                .user(null)
                .password(null)
                .applicationName(null)
                .environmentMode(null)
                .start(null)
                .pool((PoolConfig) null)
                .tls((TlsConfig) null)
                .timeouts(null, Duration.ofSeconds(1));

        assertThat(Loading.violations(builder::build))
                .extracting(Violation::path, Violation::code)
                .containsExactlyElementsOf(Stream.of(
                                "primary",
                                "replicas[1]",
                                "database",
                                "user",
                                "password",
                                "environmentMode",
                                "pool",
                                "timeouts.connect",
                                "applicationName",
                                "start",
                                "tls")
                        .map(path -> org.assertj.core.api.Assertions.tuple(path, "REQUIRED"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db-1:5432/shop?password=canary",
                "postgresql://app:canary@db-1/shop",
                "host=db-1 password=canary",
                "https://db-1"
            })
    void a_connection_string_in_the_place_of_a_server_names_the_way_in_for_it(String text) {
        assertThat(Loading.violations(complete().primary(text).replicas(text)::build))
                .hasSize(2)
                .allSatisfy(violation -> {
                    assertThat(violation.remedy()).contains("DatabaseConfig.fromUri");
                    assertThat(violation.toString()).doesNotContain("canary");
                });
    }

    @Test
    void a_primary_that_is_missing_breaks_no_rule_about_servers_elsewhere() {
        assertThat(paths(DatabaseConfig.builder()
                        .database("shop")
                        .user("app")
                        .password(PasswordSource.env("X"))
                        .tls(TlsConfig.require())
                        .environmentMode(EnvironmentMode.PRODUCTION)))
                .containsExactly("primary");
    }

    @Test
    void a_later_section_replaces_an_earlier_one_with_its_mistakes() {
        assertThat(complete()
                        .pool(section -> section.size(0)
                                .maxOverflow(0)
                                .timeout(Duration.ZERO)
                                .recycle(Duration.ZERO))
                        .pool(5, 0, Duration.ofSeconds(1))
                        .build()
                        .pool()
                        .size())
                .isEqualTo(5);
    }

    private static List<String> paths(DatabaseConfig.Builder builder) {
        return Loading.violations(builder::build).stream().map(Violation::path).toList();
    }

    private static DatabaseConfig.Builder complete() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
    }
}
