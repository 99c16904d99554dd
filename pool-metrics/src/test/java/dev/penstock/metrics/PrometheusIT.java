package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.metrics.OperationsFiles.Alert;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * The alert rules and the dashboard before Prometheus's own tool: they are valid, each alert fires when it should and not
 * otherwise, and no rule can be broken without a unit test that notices. Part of the build with {@code -Pprometheus}.
 */
@Tag("prometheus")
class PrometheusIT {
    @TempDir
    private Path directory;

    /** What promtool said, and whether it was content. */
    private record Verdict(int status, String output) {}

    /** One way to break a rule. */
    private record Mutant(String name, Map<String, Object> rule) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A profile that was asked for is not skipped. */
    @BeforeAll
    static void promtoolIsInstalled() {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "promtool")));
        assertThat(found)
                .as("promtool is not on the PATH. On Debian 12: apt-get install --no-install-recommends prometheus")
                .isTrue();
    }

    @Test
    void the_rules_are_valid() throws Exception {
        Verdict verdict = promtool("check", "rules", OperationsFiles.ALERTS.toString());
        assertThat(verdict.status()).as(verdict.output()).isZero();
        assertThat(verdict.output()).contains(OperationsFiles.alerts().size() + " rules found");
    }

    @Test
    void each_alert_fires_when_it_should_and_not_otherwise() throws Exception {
        Verdict verdict = promtool("test", "rules", OperationsFiles.UNIT_TESTS.toString());
        assertThat(verdict.status()).as(verdict.output()).isZero();
    }

    @Test
    void the_dashboard_asks_what_prometheus_understands() throws Exception {
        List<Map<String, Object>> rules = new ArrayList<>();
        for (String expression : OperationsFiles.dashboardExpressions()) {
            String asked =
                    expression.replaceAll("\\$__(rate_interval|range)", "5m").replaceAll("\\$\\w+", ".*");
            rules.add(Map.of("record", "panel:" + rules.size(), "expr", asked));
        }
        Verdict verdict =
                promtool("check", "rules", write("dashboard.yml", groups(rules)).toString());
        assertThat(verdict.status()).as(verdict.output()).isZero();
        assertThat(verdict.output()).contains(rules.size() + " rules found");
    }

    static List<Mutant> mutants() throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        for (Alert alert : OperationsFiles.alerts()) {
            for (String broken : brokenExpressions(alert.expression())) {
                mutants.add(mutant(alert, "expr", broken));
            }
            if (!alert.waits().isEmpty()) {
                mutants.add(mutant(alert, "for", "0s"));
                mutants.add(mutant(alert, "for", alert.waits() + "15s"));
            }
        }
        return mutants;
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void a_broken_rule_fails_its_unit_test(Mutant mutant) throws Exception {
        Path rules = write("broken.yml", groups(List.of(mutant.rule())));
        Map<String, Object> tests =
                new LinkedHashMap<>(OperationsFiles.map(OperationsFiles.yaml(OperationsFiles.UNIT_TESTS)));
        tests.put("evaluation_interval", intervalOf(mutant.rule().get("alert"), tests));
        tests.put("rule_files", List.of(rules.toString()));
        tests.put("tests", testsOf(mutant.rule().get("alert"), tests));
        Verdict verdict = promtool("test", "rules", write("test.yml", tests).toString());
        assertThat(verdict.status()).as(mutant + " is not noticed").isEqualTo(1);
        assertThat(verdict.output()).as("the rule itself").doesNotContain("could not parse expression");
    }

    /** Never true, always true, each comparison the other way round or with another number, each matcher left out. */
    private static List<String> brokenExpressions(String expression) {
        List<String> broken = new ArrayList<>(List.of("vector(0) > 1", "vector(1)"));
        broken.addAll(replacements(expression, " > ", " < "));
        broken.addAll(replacements(expression, " < ", " > "));
        broken.addAll(replacements(expression, " == ", " != "));
        broken.addAll(replacements(expression, " > (?=[\\d.])", " > 2 * "));
        broken.addAll(replacements(expression, " < (?=[\\d.])", " < 0.5 * "));
        broken.addAll(replacements(expression, " > (?=0\\.\\d)", " > 0.5 * "));
        broken.addAll(replacements(expression, "\\{[^}]*}", ""));
        broken.addAll(replacements(expression, ", instance, ", ", "));
        broken.removeIf(one -> one.matches("(?s).* > 2 \\* 0\\s.*"));
        return broken;
    }

    /** One for each place in which the pattern occurs. */
    private static List<String> replacements(String expression, String pattern, String by) {
        return Pattern.compile(pattern)
                .matcher(expression)
                .results()
                .map(place -> expression.substring(0, place.start()) + by + expression.substring(place.end()))
                .toList();
    }

    private static Mutant mutant(Alert alert, String key, String value) throws IOException {
        Map<String, Object> rule = new LinkedHashMap<>(rule(alert.name()));
        rule.put(key, value);
        return new Mutant(alert.name() + " with " + key + " " + value.strip(), rule);
    }

    private static Map<String, Object> rule(String alert) throws IOException {
        Map<String, Object> file = OperationsFiles.map(OperationsFiles.yaml(OperationsFiles.ALERTS));
        return OperationsFiles.list(file, "groups").stream()
                .flatMap(group -> OperationsFiles.list(group, "rules").stream())
                .filter(rule -> alert.equals(rule.get("alert")))
                .findFirst()
                .orElseThrow();
    }

    private static List<Map<String, Object>> testsOf(Object alert, Map<String, Object> tests) {
        return OperationsFiles.list(tests, "tests").stream()
                .filter(test -> OperationsFiles.list(test, "alert_rule_test").stream()
                        .anyMatch(one -> alert.equals(one.get("alertname"))))
                .toList();
    }

    /** Hours in steps of a minute are enough, and take a quarter of the time. */
    private static Object intervalOf(Object alert, Map<String, Object> tests) {
        return testsOf(alert, tests).get(0).get("interval");
    }

    private static Map<String, Object> groups(List<Map<String, Object>> rules) {
        return Map.of("groups", List.of(Map.of("name", "all", "rules", rules)));
    }

    private Path write(String name, Object content) throws IOException {
        Path file = directory.resolve(name);
        return Files.writeString(file, new Dump(DumpSettings.builder().build()).dumpToString(content));
    }

    private static Verdict promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Verdict(process.exitValue(), output);
    }
}
