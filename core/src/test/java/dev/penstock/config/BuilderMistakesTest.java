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
                .tls(() -> TlsConfig.builder(SslMode.VERIFY_CA)
                        .minVersion(TlsVersion.TLS_1_3)
                        .maxVersion(TlsVersion.TLS_1_2)
                        .build())
                .pool(() -> new PoolConfig(0, 101, Duration.ZERO, Duration.ofSeconds(1)))
                .timeouts(Duration.ZERO, Duration.ofDays(2))
                .topology(() -> new TopologyConfig(Duration.ZERO, 0, DiscoveryMethod.PATRONI, List.of(), "x"))
                .routing(() -> new RoutingConfig(OnNoReplica.FAIL, 2))
                .roles(() -> new RoleConfig(null, null, null, ReadRole.RO_USER))
                .session(() -> new SessionConfig(" ", Map.of("role", "x"), Hygiene.ALWAYS, Pooler.TRANSACTION))
                .workload(() -> WorkloadConfig.undeclared().withInstances(0, -1))
                .build());

        assertThat(found)
                .extracting(Violation::path)
                .containsExactly(
                        "applicationName",
                        "database",
                        "password",
                        "pool.maxOverflow",
                        "pool.recycle",
                        "pool.size",
                        "pool.timeout",
                        "primary",
                        "replicas[0].port",
                        "replicas[1].host",
                        "roles.readRole",
                        "routing.primaryReadWeight",
                        "session.hygiene",
                        "session.schema",
                        "session.settings",
                        "session.settings",
                        "timeouts.connect",
                        "timeouts.statement",
                        "tls.ca",
                        "tls.minVersion",
                        "topology.maxLag",
                        "topology.maxLagMegabytes",
                        "topology.patroniUrls",
                        "topology.systemIdentifier",
                        "user",
                        "workload.deploySurge",
                        "workload.instances");
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
                        "pool.maxOverflow",
                        "pool.size",
                        "pool.timeout",
                        "timeouts.connect",
                        "timeouts.statement",
                        "topology.maxLag");
    }

    /** {@code System.getenv} gives null for what is not set. */
    @Test
    @SuppressWarnings("NullAway")
    void null_is_a_mistake_like_others_and_no_exception_of_its_own() {
        DatabaseConfigBuilder builder = DatabaseConfig.builder()
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
                                "applicationName",
                                "database",
                                "environmentMode",
                                "password",
                                "pool",
                                "primary",
                                "replicas[1]",
                                "start",
                                "timeouts.connect",
                                "tls",
                                "user")
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
                        .pool(() -> new PoolConfig(0, 0, Duration.ZERO, Duration.ZERO))
                        .pool(5, 0, Duration.ofSeconds(1))
                        .build()
                        .pool()
                        .size())
                .isEqualTo(5);
    }

    private static List<String> paths(DatabaseConfigBuilder builder) {
        return Loading.violations(builder::build).stream().map(Violation::path).toList();
    }

    private static DatabaseConfigBuilder complete() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
    }
}
