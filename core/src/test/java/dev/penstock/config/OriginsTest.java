package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.Violation;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The place that a mistake or a warning names is one where its reader can write. */
class OriginsTest {
    @Test
    void a_default_of_a_configuration_from_the_environment_is_no_deed_of_a_builder() {
        DatabaseConfig config =
                DatabaseConfig.fromEnvironment(environment(Map.of("DATABASE_URL", "postgresql://app@db-1/shop")));

        assertThat(config.warnings())
                .extracting(ConfigWarning::code, ConfigWarning::path, ConfigWarning::origin)
                .containsExactly(tuple("ENVIRONMENT_UNSET", "environment_mode", "default"));
        assertThat(DatabaseConfig.fromEnvironment(environment(Map.of("APP_ENVIRONMENT", "development")))
                        .warnings())
                .extracting(ConfigWarning::code, ConfigWarning::path, ConfigWarning::origin)
                .containsExactly(tuple("PRODUCTION_TLS", "tls.mode", "default"));
    }

    @Test
    void a_server_that_is_named_twice_is_told_where_it_was_named() {
        assertThat(Loading.violations(() -> DatabaseConfig.fromEnvironment(
                        environment(Map.of("DATABASE_URL", "postgresql://app@db-1,db-1/shop")))))
                .extracting(Violation::code, Violation::path, Violation::origin)
                .containsExactly(tuple("DUPLICATE_SERVER", "replica_url", "DATABASE_URL"));
        assertThat(Loading.violations(() -> DatabaseConfig.fromEnvironment(
                        environment(Map.of("DATABASE_REPLICA_URL", "postgresql://db.example.com/shop")))))
                .extracting(Violation::code, Violation::path, Violation::origin)
                .containsExactly(tuple("DUPLICATE_SERVER", "replica_url", "DATABASE_REPLICA_URL"));
    }

    @Test
    void a_password_in_a_file_is_told_with_the_line_that_holds_it() {
        assertThat(Loading.violations(() -> Loading.yaml(
                        "database:\n  url: postgresql://app@localhost/shop\n"
                                + "  replica_url: postgresql://app:canary@127.0.0.1/shop\n",
                        environment(Map.of("APP_ENVIRONMENT", "production")))))
                .extracting(Violation::code, Violation::path, Violation::origin)
                .containsExactly(tuple("LITERAL_PASSWORD", "database.replica_url", "config.yaml:3"));
        assertThat(Loading.violations(() -> Loading.yaml(
                        "database:\n  url: postgresql://app:canary@localhost/shop\n",
                        environment(Map.of("APP_ENVIRONMENT", "production")))))
                .extracting(Violation::code, Violation::origin)
                .containsExactly(tuple("LITERAL_PASSWORD", "config.yaml:2"));
    }

    @Test
    void what_a_program_calls_is_the_builder() {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary("db-1")
                .database("shop")
                .user("app")
                .password(PasswordSource.literal("x"))
                .build();

        assertThat(config.warnings())
                .extracting(ConfigWarning::code, ConfigWarning::origin)
                .containsExactly(tuple("LITERAL_PASSWORD", "builder"), tuple("ENVIRONMENT_UNSET", "default"));
        assertThat(config.provenance().originOf("pool.size")).isEqualTo("builder");
    }

    @Test
    void a_password_is_written_where_its_file_or_its_variable_is_named() {
        DatabaseConfig named =
                DatabaseConfig.fromEnvironment(environment(Map.of("DATABASE_PASSWORD_ENV_VAR", "SHOP_PASSWORD")));

        assertThat(named.provenance().originOf("password")).isEqualTo("DATABASE_PASSWORD_ENV_VAR");
        assertThat(DatabaseConfig.fromEnvironment(environment(Map.of()))
                        .provenance()
                        .originOf("password"))
                .isEqualTo("default");
    }

    private static Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", "postgresql://app@db.example.com/shop"));
        environment.putAll(more);
        return environment;
    }
}
