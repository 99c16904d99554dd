package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.metrics.OperationsFiles.Alert;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/operations/README.md lists each alert as the rules have it: its time, its severity and its runbook, in their order. */
class AlertTableTest {
    private static final Pattern ROW = Pattern.compile(
            "^\\| `(Penstock\\w+)` \\|[^|]*\\| ([^|]*) \\|[^|]*\\| (\\w+) \\| \\[\\w+]\\(([^)]*)\\) \\|$",
            Pattern.MULTILINE);

    private record Row(String alert, String waits, String severity, String runbook) {}

    @Test
    void the_page_has_a_row_for_each_alert() throws IOException {
        List<Row> rows = ROW.matcher(Files.readString(OperationsFiles.FOLDER.resolve("README.md")))
                .results()
                .map(row -> new Row(row.group(1), waits(row.group(2)), row.group(3), row.group(4)))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(OperationsFiles.alerts().stream()
                        .map(AlertTableTest::row)
                        .toList());
    }

    @Test
    void the_dashboard_has_the_rows_that_the_page_names() throws IOException {
        assertThat(OperationsFiles.dashboardRows())
                .containsExactly(
                        "Saturation", "Latency", "Routing", "Replicas", "Failover", "Credentials and TLS", "Budget");
    }

    private static Row row(Alert alert) {
        String runbook = alert.runbook().replaceFirst("^docs/operations/", "").replaceFirst("^README\\.md", "");
        return new Row(alert.name(), alert.waits(), alert.severity(), runbook);
    }

    /** {@code 2 min} as Prometheus writes it. */
    private static String waits(String text) {
        return text.equals("at once") ? "" : text.replace("min", "m").replace(" ", "");
    }
}
