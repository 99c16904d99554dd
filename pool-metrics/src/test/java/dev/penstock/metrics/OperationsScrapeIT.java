package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.metrics.OperationsFiles.Alert;
import dev.penstock.metrics.PromQl.Selector;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What dashboard, alerts and runbooks of docs/operations name is in the scrape of a database at work, labels included. */
@TestInstance(Lifecycle.PER_CLASS)
class OperationsScrapeIT {
    /** Prometheus gives these to whatever it scrapes. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    private ScrapedSeries scrape;

    @BeforeAll
    void work() throws SQLException {
        try (Bound bound = Bound.with(1, MetricsOptions.defaults().withAcquireBuckets())) {
            bound.db.write(Bound::insert);
            bound.db.read(Bound::port);
            scrape = ScrapedSeries.of(bound.scrape());
        }
    }

    @Test
    void every_series_and_label_of_the_dashboard_exists() throws IOException {
        OperationsFiles.dashboardExpressions().forEach(this::exists);
    }

    @Test
    void every_series_and_label_of_the_alerts_exists() throws IOException {
        OperationsFiles.alerts().stream().map(Alert::expression).forEach(this::exists);
    }

    @Test
    void every_series_and_label_that_a_runbook_names_exists() throws IOException {
        List<String> named = OperationsFiles.namedInRunbooks();
        assertThat(named).isNotEmpty();
        // A page may speak of a timer as a whole.
        named.stream()
                .map(text -> text.replaceAll("(penstock_\\w+_seconds)`", "$1" + suffixOf(text) + "`"))
                .forEach(this::exists);
    }

    @Test
    void every_label_that_a_runbook_names_exists() throws IOException {
        assertThat(OperationsFiles.labelsInRunbooks())
                .isNotEmpty()
                .allSatisfy(label -> assertThat(scrape.names())
                        .as(label.toString())
                        .anyMatch(name -> scrape.hasValue(name, label.getKey(), label.getValue())));
    }

    @Test
    void everything_that_is_measured_is_on_the_dashboard() throws IOException {
        Set<String> shown = OperationsFiles.dashboardExpressions().stream()
                .flatMap(expression -> PromQl.selectors(expression).stream())
                .map(selector -> family(selector.name()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> measured = scrape.names().stream()
                .filter(name -> name.startsWith("penstock_"))
                .map(OperationsScrapeIT::family)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(shown).containsAll(measured);
    }

    private String suffixOf(String text) {
        String name = text.replaceAll("[^`]*?(penstock_\\w+)[^`]*", "$1").replace("`", "");
        return scrape.names().contains(name) ? "" : "_count";
    }

    /** A timer's series are one family. */
    private static String family(String name) {
        return name.replaceFirst("_seconds_(count|sum|max|bucket)$", "_seconds");
    }

    private void exists(String expression) {
        List<Selector> selectors = PromQl.selectors(expression);
        assertThat(selectors).as(expression).isNotEmpty();
        for (Selector selector : selectors) {
            assertThat(scrape.names()).as(expression).contains(selector.name());
            for (PromQl.Matcher matcher : selector.matchers()) {
                assertThat(isLabel(selector.name(), matcher.label()))
                        .as(matcher.label() + " of " + selector.name() + " in " + expression)
                        .isTrue();
                matcher.values()
                        .forEach(value -> assertThat(scrape.hasValue(selector.name(), matcher.label(), value))
                                .as(matcher + " of " + selector.name() + " in " + expression)
                                .isTrue());
            }
        }
        for (String label : PromQl.groupings(expression)) {
            assertThat(selectors).as(label + " in " + expression).anyMatch(selector -> isLabel(selector.name(), label));
        }
    }

    private boolean isLabel(String name, String label) {
        return OF_THE_TARGET.contains(label) || scrape.hasLabel(name, label);
    }
}
