package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGProperty;

/** The rows of the driver's properties against the driver itself. */
class DriverPropertyTest {
    /** What the drivers of the oldest supported frameworks do not have yet. */
    private static final Set<String> SINCE_42_7_12 = Set.of(
            "classLoaderStrategy",
            "connectExecutor",
            "connectExecutorArg",
            "flushCacheOnDdl",
            "reWriteBatchedInsertsSize");

    @ParameterizedTest
    @EnumSource(PGProperty.class)
    void every_property_of_the_driver_has_a_row_that_agrees_with_it(PGProperty property) {
        DriverProperty row = DriverProperty.named(property.getName())
                .orElseThrow(
                        () -> new AssertionError(
                                "pgjdbc has " + property.getName()
                                        + ", and DriverProperty has no row for it: give it a type and a range, or say why it is refused"));

        assertThat(row.text()).as("what it is for, or what to use instead").isNotBlank();
        if (!row.isSettable()) {
            return;
        }
        if (property.getDefaultValue() != null && !property.getDefaultValue().isEmpty()) {
            assertThat(row.accepts(property.getDefaultValue()))
                    .as("the driver's default %s is within %s", property.getDefaultValue(), row.bounds())
                    .isTrue();
        }
        if (property.getChoices() != null && row.kind() == DriverProperty.Kind.CHOICE) {
            assertThat(row.words()).containsExactlyInAnyOrder(property.getChoices());
        }
    }

    @Test
    void no_row_is_of_a_property_that_the_driver_does_not_have() {
        Set<String> known =
                Arrays.stream(PGProperty.values()).map(PGProperty::getName).collect(Collectors.toSet());

        assertThat(DriverProperty.table().keySet().stream().filter(name -> !SINCE_42_7_12.contains(name)))
                .isSubsetOf(known);
    }

    @Test
    void each_variable_leads_to_one_property() {
        assertThat(DriverProperty.table().values().stream().map(DriverProperty::variable))
                .doesNotHaveDuplicates();
        assertThat(DriverProperty.ofVariable("REWRITEBATCHEDINSERTS"))
                .map(DriverProperty::name)
                .contains("reWriteBatchedInserts");
    }

    @Test
    void values_are_held_to_their_type_and_range() {
        Map<String, String> wrong = Map.of(
                "reWriteBatchedInserts", "yes",
                "prepareThreshold", "-1",
                "defaultRowFetchSize", "many",
                "autosave", "sometimes",
                "binaryTransferEnable", "int4;text",
                "maxResultBuffer", "lots",
                "scramMaxIterations", "0",
                "reWriteBatchedInsertsSize", "32769",
                "unknownLength", "99999999999");

        wrong.forEach((name, value) -> assertThat(
                        DriverProperty.named(name).orElseThrow().accepts(value))
                .as("%s=%s", name, value)
                .isFalse());
    }
}
