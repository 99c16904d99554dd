package dev.penstock.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every rule against the classes of all published modules, where it must be quiet, and against a planted fault, where it must not.
 * It stands here because the examples come last in a build: every other module has been compiled when they are tested.
 */
class ArchitectureTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final JavaClasses REAL = new ClassFileImporter()
            .importPaths(modules().map(ArchitectureTest::classes).toList());
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages("planted.penstock");
    private static final Rules RULES = new Rules("dev.penstock");

    static Stream<String> modules() {
        return Stream.of("tls", "core", "pool-metrics", "testkit", "cli", "examples");
    }

    private static Path classes(String module) {
        return ROOT.resolve(module).resolve("target").resolve("classes");
    }

    @ParameterizedTest
    @MethodSource("modules")
    void every_module_has_been_compiled(String module) {
        String location = classes(module).toUri().toString();

        assertThat(REAL)
                .as("classes below %s: build the modules before this one as well (-am)", location)
                .anyMatch(type ->
                        type.getSource().orElseThrow().getUri().toString().startsWith(location));
    }

    @Test
    void every_package_that_a_rule_names_has_classes() {
        List<String> packages = packages();

        assertThat(RULES.named())
                .allSatisfy(name -> assertThat(packages)
                        .anyMatch(found -> found.equals(name)
                                || name.endsWith("..")
                                        && (found + ".").startsWith(name.substring(0, name.length() - 1))));
    }

    @Test
    void every_package_has_a_row_that_says_what_it_may_use() {
        assertThat(packages()).allMatch(RULES::hasRow);
    }

    private static List<String> packages() {
        return REAL.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> the_project_keeps_the_rule() {
        return RULES.all().entrySet().stream()
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
