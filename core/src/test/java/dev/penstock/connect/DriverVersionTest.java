package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

class DriverVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"42.7.13", "42.7.12", "42.7.11", "42.6.99", "41.9.99", "42.7.9", "of an unknown version"})
    void a_driver_without_the_security_fixes_is_named(String version) {
        assertThat(DriverVersion.warning(version))
                .hasValueSatisfying(text -> assertThat(text).contains(version, "42.7.14", "postgresql.version"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"42.7.14", "42.7.15", "42.8.0", "43.0.0", "42.7.14-SNAPSHOT"})
    void a_driver_with_them_is_not(String version) {
        assertThat(DriverVersion.warning(version)).isEmpty();
    }

    @Test
    void the_running_driver_is_asked_and_not_the_one_we_were_built_with() {
        // The profiles of Spring Boot run this with what it manages, 42.7.11 and 42.7.13.
        boolean old = !System.getProperty("pgjdbc.version", "42.7.14").equals("42.7.14");
        assertThat(DriverVersion.warning().isPresent()).isEqualTo(old);
    }

    @Test
    void a_driver_that_cannot_be_told_which_logins_to_accept_is_refused_with_the_version_to_use() {
        assertThat(DriverVersion.refusal("42.7.10", false))
                .hasValueSatisfying(violation -> assertThat(violation)
                        .returns("DRIVER_TOO_OLD", Violation::code)
                        .returns("42.7.10", Violation::value)
                        .extracting(Violation::remedy)
                        .asString()
                        .contains("42.7.14", "postgresql.version"));
        assertThat(DriverVersion.refusal("42.7.11", true)).isEmpty();
    }

    @Test
    void a_property_that_the_running_driver_does_not_know_is_refused_instead_of_passed_over() {
        DatabaseConfig config = DatabaseConfig.fromUri(
                "postgresql://app@localhost/shop?prepareThreshold=3&reWriteBatchedInsertsSize=64", Map.of());
        boolean old = PGProperty.forName("reWriteBatchedInsertsSize") == null;

        assertThat(DriverVersion.refusals(config))
                .extracting(Violation::path, Violation::code)
                .isEqualTo(old ? List.of(tuple("driver.reWriteBatchedInsertsSize", "DRIVER_TOO_OLD")) : List.of());
    }
}
