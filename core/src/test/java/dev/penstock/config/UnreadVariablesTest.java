package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadVariablesTest {
    private static final String CANARY = "canary-83f1";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DATABASE_POOLSIZE | Did you mean DATABASE_POOL_SIZE?",
                "DATABASE_POOL_SIZES | Did you mean DATABASE_POOL_SIZE?",
                "database_pool_size | Did you mean DATABASE_POOL_SIZE?",
                "DATABASE_URI | Did you mean DATABASE_URL?",
                "DATABASE_REPLICA_URLS | Did you mean DATABASE_REPLICA_URL?",
                "DATABASE_PASWORD_FILE_PATH | Did you mean DATABASE_PASSWORD_FILE_PATH?",
                "DATABASE_PASSWORD_FILE | Did you mean DATABASE_PASSWORD_FILE_PATH?",
                "POSTGRES_SSLMODE | Did you mean POSTGRES_SSL_MODE?",
                "DATABASE_SSL_MODE | Did you mean POSTGRES_SSL_MODE?",
                "POSTGRES_POOL_SIZE | Did you mean DATABASE_POOL_SIZE?",
                "APP_ENVIROMENT | Did you mean APP_ENVIRONMENT?",
                "APP_ENV | Did you mean APP_ENVIRONMENT?",
                "POSTGRES_APP_USER_PWD | Did you mean POSTGRES_APP_USER_PW?",
                "DATABASE_MAXIMUM_POOL_SIZE | Use pool_size and max_overflow: together they are the ceiling for one"
                        + " server.",
                "DATABASE_CONNECTION_TIMEOUT | Use pool_timeout, in seconds.",
                "DATABASE_PASSWORD | Name it: DATABASE_PASSWORD_ENV_VAR=DATABASE_PASSWORD; or call it"
                        + " POSTGRES_APP_USER_PW.",
                "DATABASE_URL_FILE | Set DATABASE_URL without a password, and DATABASE_PASSWORD_FILE_PATH to the"
                        + " password's file."
            })
    void a_variable_that_looks_like_ours_and_is_none_is_told_without_its_value(String name, String remedy) {
        List<ConfigWarning> found = unread(Map.of(name, CANARY));

        assertThat(found).singleElement().satisfies(warning -> {
            assertThat(warning.toString()).isEqualTo(name + " is set, and nothing reads it (environment). " + remedy);
            assertThat(warning.toString()).doesNotContain(CANARY);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POSTGRES_USER",
                "POSTGRES_PASSWORD",
                "POSTGRES_DB",
                "POSTGRES_PASSWORD_FILE",
                "POSTGRES_INITDB_ARGS",
                "POSTGRES_HOST_AUTH_METHOD",
                "POSTGRES_APP_OWNER_PW",
                "POSTGRES_APP_USER_PW_FILE",
                "POSTGRES_TEMPORAL_PW",
                "APP_DB_RO_USER_PW",
                "APP_NAME",
                "APP_USER",
                "APP_ID",
                "DATABASE_HOST",
                "DATABASE_PORT",
                "DATABASE_NAME",
                "DATABASE_USER",
                "DATABASE_SHADOW_URL",
                "DATABASE_URL_2",
                "DATABASE_URL2",
                "PGPASSWORD",
                "HOME"
            })
    void a_variable_of_another_program_is_left_alone(String name) {
        assertThat(unread(Map.of(name, CANARY))).isEmpty();
    }

    @Test
    void every_variable_of_ours_is_left_alone() {
        for (Key key : Key.values()) {
            for (String variable : key.variables) {
                assertThat(UnreadVariables.warnings(Sources.environment(Map.of()), Map.of(variable, CANARY), false))
                        .as(variable)
                        .isEmpty();
            }
        }
    }

    @Test
    void a_variable_that_the_configuration_names_is_read_and_left_alone() {
        assertThat(unread(Map.of(
                        "DATABASE_URL",
                        "postgresql://app:${DATABASE_PASSWORD}@localhost/shop",
                        "DATABASE_PASSWORD",
                        CANARY)))
                .isEmpty();
        assertThat(unread(Map.of("DATABASE_PASSWORD_ENV_VAR", "DATABASE_PASSWORD", "DATABASE_PASSWORD", CANARY)))
                .isEmpty();
        assertThat(unread(Map.of(
                        "DATABASE_PASSWORD_ENV_VAR", "DATABASE_PASWORD", "DATABASE_PASWORD_FILE", "/run/secrets/pw")))
                .isEmpty();
        assertThat(Loading.keys(Map.of("DATABASE_POOLSIZE", "5"), "pool_size: ${DATABASE_POOLSIZE}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void a_password_in_the_connection_string_makes_database_password_another_programs() {
        assertThat(unread(Map.of("DATABASE_URL", "postgresql://app:x@localhost/shop", "DATABASE_PASSWORD", CANARY)))
                .isEmpty();
    }

    @Test
    void a_missing_connection_string_is_told_with_the_variable_that_was_meant_for_it() {
        assertThat(Loading.violations(
                        () -> DatabaseConfig.fromEnvironment(Map.of("DATABASE_URI", "postgresql://" + CANARY))))
                .singleElement()
                .returns("DATABASE_URI is set, and nothing reads it: call it DATABASE_URL.", Violation::remedy);
    }

    private static List<ConfigWarning> unread(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", "postgresql://app@localhost/shop"));
        environment.putAll(variables);
        return DatabaseConfig.fromEnvironment(environment).warnings().stream()
                .filter(warning -> warning.code().equals("UNREAD_VARIABLE"))
                .toList();
    }
}
