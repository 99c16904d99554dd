package dev.penstock.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard, the alert rules and the pages of docs/operations. */
final class OperationsFiles {
    static final Path FOLDER =
            Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("operations");
    static final Path ALERTS = FOLDER.resolve("alerts.yml");
    static final Path UNIT_TESTS =
            Path.of("src/test/prometheus/alerts-test.yml").toAbsolutePath();

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), *(\\w+)\\)");
    private static final Pattern IN_TEXT = Pattern.compile("`([^`\n]*penstock_[^`\n]*)`");
    private static final Pattern LABEL_IN_TEXT = Pattern.compile("`(\\w+)=\"(\\w+)\"`");

    /** One alerting rule. */
    record Alert(String name, String expression, String waits, String severity, String runbook) {}

    private OperationsFiles() {}

    static List<Alert> alerts() throws IOException {
        List<Alert> alerts = new ArrayList<>();
        for (Map<String, Object> group : list(map(yaml(ALERTS)), "groups")) {
            for (Map<String, Object> rule : list(group, "rules")) {
                alerts.add(new Alert(
                        text(rule, "alert"),
                        text(rule, "expr"),
                        String.valueOf(rule.getOrDefault("for", "")),
                        text(map(rule.get("labels")), "severity"),
                        text(map(rule.get("annotations")), "runbook")));
            }
        }
        return alerts;
    }

    /** Every expression of the dashboard: of its panels, its variables and its annotations. */
    static List<String> dashboardExpressions() throws IOException {
        Map<String, Object> dashboard = map(yaml(FOLDER.resolve("dashboard.json")));
        List<String> expressions = new ArrayList<>();
        for (Map<String, Object> panel : list(dashboard, "panels")) {
            if (panel.containsKey("targets")) {
                list(panel, "targets").forEach(target -> expressions.add(text(target, "expr")));
            }
        }
        list(map(dashboard.get("annotations")), "list").forEach(one -> expressions.add(text(one, "expr")));
        for (Map<String, Object> variable : list(map(dashboard.get("templating")), "list")) {
            String query = String.valueOf(variable.get("definition"));
            LABEL_VALUES
                    .matcher(query)
                    .results()
                    .map(values -> "count by (" + values.group(2) + ") (" + values.group(1) + ")")
                    .forEach(expressions::add);
        }
        return expressions;
    }

    /** The titles of the dashboard's rows. */
    static List<String> dashboardRows() throws IOException {
        return list(map(yaml(FOLDER.resolve("dashboard.json"))), "panels").stream()
                .filter(panel -> "row".equals(panel.get("type")))
                .map(panel -> text(panel, "title"))
                .toList();
    }

    /** What the runbooks name of metrics, as it stands there. */
    static List<String> namedInRunbooks() throws IOException {
        return inRunbooks(IN_TEXT).stream().map(MatchResult::group).toList();
    }

    /** Labels that the runbooks name without their series: {@code reason="replica"}. */
    static List<Map.Entry<String, String>> labelsInRunbooks() throws IOException {
        return inRunbooks(LABEL_IN_TEXT).stream()
                .map(label -> Map.entry(label.group(1), label.group(2)))
                .toList();
    }

    private static List<MatchResult> inRunbooks(Pattern pattern) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<MatchResult> found = new ArrayList<>();
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                pattern.matcher(Files.readString(page)).results().forEach(found::add);
            }
            return found;
        }
    }

    /** JSON is YAML. */
    static Object yaml(Path file) throws IOException {
        return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    static List<Map<String, Object>> list(Map<String, Object> map, String key) {
        return ((List<?>) Objects.requireNonNull(map.get(key), key))
                .stream().map(OperationsFiles::map).toList();
    }

    private static String text(Map<String, Object> map, String key) {
        return (String) Objects.requireNonNull(map.get(key), () -> key + " of " + map);
    }
}
