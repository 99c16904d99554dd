package dev.penstock.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds every rule against the real classes, where it must be quiet, and against a planted fault, where it must not. */
class ArchitectureTest {
    private static final JavaClasses REAL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.penstock");
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages("planted.penstock");

    @TestFactory
    Stream<DynamicTest> the_project_keeps_the_rule() {
        assertThat(REAL.size()).isGreaterThan(50);
        return new Rules("dev.penstock")
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(
                                rule.getKey(), () -> rule.getValue().check(REAL)));
    }

    @TestFactory
    Stream<DynamicTest> the_rule_fires_on_a_planted_fault() {
        return new Rules("planted.penstock")
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(
                                rule.getKey(),
                                () -> assertThat(rule.getValue()
                                                .evaluate(PLANTED)
                                                .hasViolation())
                                        .as("%s sees its planted fault", rule.getKey())
                                        .isTrue()));
    }
}
