package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The driver's properties from every source, and what is said about wrong ones. */
class DriverPropertiesTest {
    @Test
    void a_file_takes_them_below_driver_by_the_names_of_the_driver() {
        DatabaseConfig config = Loading.keys(
                Map.of("ROWS", "500"),
                "driver:",
                "  reWriteBatchedInserts: true",
                "  defaultRowFetchSize: ${ROWS}",
                "  stringtype: ${TYPE:-unspecified}");

        assertThat(config.driverProperties())
                .isEqualTo(Map.of(
                        "reWriteBatchedInserts", "true", "defaultRowFetchSize", "500", "stringtype", "unspecified"));
        assertThat(config.origins()).containsEntry("driver.reWriteBatchedInserts", "config.yaml:4");
    }

    @Test
    void a_variable_has_the_name_in_capitals() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of(
                "DATABASE_URL", "postgresql://app@localhost/shop",
                "DATABASE_DRIVER_REWRITEBATCHEDINSERTS", "true"));

        assertThat(config.driverProperties()).isEqualTo(Map.of("reWriteBatchedInserts", "true"));
        assertThat(config.origins())
                .containsEntry("driver.reWriteBatchedInserts", "DATABASE_DRIVER_REWRITEBATCHEDINSERTS");
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void a_variable_of_no_property_is_told_with_the_one_that_may_have_been_meant() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of(
                "DATABASE_URL", "postgresql://app@localhost/shop",
                "DATABASE_DRIVER_PREPARE_THRESHOLD", "0"));

        assertThat(config.warnings())
                .singleElement()
                .asString()
                .contains("DATABASE_DRIVER_PREPARE_THRESHOLD", "Did you mean DATABASE_DRIVER_PREPARETHRESHOLD?");
    }

    @Test
    void a_connection_string_has_them_as_parameters_and_wins_over_the_file_which_wins_over_the_variable() {
        String file = """
                database:
                  url: postgresql://app@localhost/shop?prepareThreshold=1
                  driver:
                    prepareThreshold: 2
                    autosave: conservative
                """;
        DatabaseConfig config = Loading.yaml(
                file, Map.of("DATABASE_DRIVER_PREPARETHRESHOLD", "3", "DATABASE_DRIVER_AUTOSAVE", "always"));

        assertThat(config.driverProperties()).isEqualTo(Map.of("prepareThreshold", "1", "autosave", "conservative"));
        assertThat(config.warnings())
                .extracting(ConfigWarning::path, ConfigWarning::code)
                .contains(org.assertj.core.groups.Tuple.tuple("database.driver.prepareThreshold", "OVERRIDDEN"));
    }

    @Test
    void what_testcontainers_and_compose_put_into_a_connection_string_is_accepted() {
        DatabaseConfig config =
                Loading.uri("jdbc:postgresql://localhost:49153/test?user=app&loggerLevel=OFF&ApplicationName=tests");

        assertThat(config.applicationName()).isEqualTo("tests");
        assertThat(config.driverProperties()).isEmpty();
    }

    @Test
    void a_program_gives_them_to_the_builder_and_hears_of_every_mistake_at_once() {
        assertThat(builder()
                        .driverProperty("reWriteBatchedInserts", "true")
                        .build()
                        .driverProperties())
                .isEqualTo(Map.of("reWriteBatchedInserts", "true"));
        assertThat(builder()
                        .driverProperty("autosave", "always")
                        .driverProperties(Map.of("prepareThreshold", "1"))
                        .build()
                        .driverProperties())
                .isEqualTo(Map.of("prepareThreshold", "1"));
        assertThat(Loading.violations(() -> builder()
                        .driverProperty("rewriteBatchedInsert", "true")
                        .driverProperty("prepareThreshold", "-2")
                        .driverProperty("socketFactory", "org.Evil")
                        .driverProperty("socketTimeout", "10")
                        .build()))
                .extracting(Violation::toString)
                .containsExactly(
                        "driver.prepareThreshold must be 0 to 2147483647, was '-2' (builder). Correct it, or take it out for"
                                + " the driver's own default.",
                        "driver.rewriteBatchedInsert is not a property of pgjdbc (builder). Did you mean"
                                + " 'reWriteBatchedInserts'?",
                        "driver.socketFactory cannot be set (builder). It names a class to load; configure TLS with the tls"
                                + " keys.",
                        "driver.socketTimeout cannot be set (builder). Use the key statement_timeout.");
    }

    @Test
    void a_mistake_in_a_file_has_its_line() {
        assertThat(Loading.violations(() -> Loading.keys("driver:", "  sslmode: disable", "  autosave: perhaps")))
                .extracting(Violation::toString)
                .containsExactly(
                        "database.driver.autosave must be never, always, conservative, was 'perhaps' (config.yaml:5)."
                                + " Correct it, or take it out for the driver's own default.",
                        "database.driver.sslmode cannot be set (config.yaml:4). Use the key tls.mode.");
    }

    @Test
    void prepared_statements_are_refused_behind_a_pooler_that_gives_transactions() {
        assertThat(Loading.codes(() -> Loading.keys("pooler: transaction", "driver:", "  prepareThreshold: 5")))
                .isEqualTo(List.of("DRIVER_PROPERTY_POOLER"));
        assertThat(Loading.keys("pooler: transaction", "driver:", "  prepareThreshold: 0")
                        .driverProperties())
                .containsEntry("prepareThreshold", "0");
    }

    @Test
    void a_named_database_takes_no_variables_for_them() {
        String file = """
                databases:
                  shop:
                    url: postgresql://app@localhost/shop
                    user_pw_env_var: PW
                """;
        Map<String, DatabaseConfig> configs = Loading.yamlAll(file);

        assertThat(configs.get("shop").driverProperties()).isEmpty();
    }

    private static DatabaseConfig.Builder builder() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("PW"));
    }
}
