package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.Violation;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replicas in connection strings of their own. */
class ReplicaUrlTest {
    private static DatabaseConfig load(String primary, String replicas) {
        return DatabaseConfig.fromEnvironment(Map.of("DATABASE_MASTER_URL", primary, "DATABASE_REPLICA_URL", replicas));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        postgresql://localhost:5433/shop                                      | localhost:5433
        postgresql://r-1/shop,postgres://r-2/shop                             | r-1:5432,r-2:5432
        postgresql://r-1,r-2/shop,postgresql+asyncpg://r-3/shop               | r-1:5432,r-2:5432,r-3:5432
        postgresql://a,postgres-replica/shop                                  | a:5432,postgres-replica:5432
        postgresql://r-1/shop, postgresql://r-2/shop                          | r-1:5432,r-2:5432
        jdbc:postgresql://r-1/shop,jdbc:postgresql://r-2/shop                 | r-1:5432,r-2:5432
        """)
    void several_are_split_at_a_comma_before_a_scheme(String replicas, String hosts) {
        assertThat(load("postgresql://localhost/shop", replicas).replicas().stream()
                        .map(Endpoint::toString)
                        .collect(Collectors.joining(",")))
                .isEqualTo(hosts);
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://r-1/other, replica_url.dbname",
        "postgresql://r-1/shop?schema=other, replica_url.schema",
        "postgresql://r-1/shop?sslmode=prefer, replica_url.sslmode"
    })
    void another_database_schema_or_tls_mode_is_refused(String replica, String path) {
        String primary = "postgresql://localhost/shop?schema=app&sslmode=require";

        assertThat(Loading.violations(() -> load(primary, replica)))
                .singleElement()
                .returns("REPLICA_DIFFERS", Violation::code)
                .returns(path, Violation::path)
                .returns("DATABASE_REPLICA_URL", Violation::origin);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "db-1, DB-1",
        "db-1.internal, db-1.internal.",
        "10.0.0.5, [::ffff:10.0.0.5]",
        "[::1], [0:0:0:0:0:0:0:1]",
        "[fe80::1%25eth0], [FE80::0001%25eth0]"
    })
    void one_host_in_two_writings_is_one_server(String host, String again) {
        assertThat(Loading.codes(() -> load("postgresql://" + host + "/shop", "postgresql://" + again + "/shop")))
                .containsExactly("DUPLICATE_SERVER");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"db-1, db-1:5433", "[fe80::1%25eth0], [fe80::1%25eth1]", "10.0.0.5, 10.0.0.6"})
    void another_port_zone_or_address_is_another_server(String host, String other) {
        assertThat(load("postgresql://" + host + "/shop", "postgresql://" + other + "/shop")
                        .endpoints())
                .hasSize(2);
    }

    @Test
    void a_replica_may_have_its_own_user_password_and_port() {
        DatabaseConfig config =
                load("postgresql://app:one@localhost/shop", "postgresql://reader:two@localhost:5433/shop");
        Login own = config.login(config.replicas().get(0));

        assertThat(own.user()).isEqualTo("reader");
        assertThat(own.password().resolve(Map.of()).reveal()).isEqualTo("two");
        assertThat(config.login(config.primary()).user()).isEqualTo("app");
    }

    @Test
    void another_user_without_a_password_is_refused() {
        assertThat(Loading.codes(() -> load("postgresql://app:one@localhost/shop", "postgresql://reader@r-1/shop")))
                .containsExactly("REQUIRED");
    }

    @Test
    void the_same_server_twice_is_refused() {
        assertThat(Loading.codes(() -> load("postgresql://localhost/shop", "postgresql://localhost:5432/shop")))
                .containsExactly("DUPLICATE_SERVER");
    }

    @Test
    void two_variables_that_name_different_primaries_are_refused_and_equal_ones_are_not() {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", "postgresql://a/shop");
        environment.put("DATABASE_MASTER_URL", "postgresql://b/shop");
        assertThat(Loading.codes(() -> DatabaseConfig.fromEnvironment(environment)))
                .containsExactly("URL_TWICE");

        environment.put("DATABASE_MASTER_URL", "postgresql://a/shop");
        assertThat(DatabaseConfig.fromEnvironment(environment).primary().host()).isEqualTo("a");
    }

    @Test
    void a_list_in_yaml_is_expanded_item_by_item() {
        DatabaseConfig config = Loading.keys(
                Map.of("R1", "postgresql://r-1/shop"), "replica_url:", "  - ${R1}", "  - postgresql://r-2/shop");

        assertThat(config.replicas()).extracting(Endpoint::host).containsExactly("r-1", "r-2");
    }
}
