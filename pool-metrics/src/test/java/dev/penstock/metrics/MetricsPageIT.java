package dev.penstock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.Login;
import dev.penstock.config.ReadRole;
import dev.penstock.config.RoleConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} and the registry say the same, in both directions; and what holds for every meter. */
class MetricsPageIT {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Set<String> NAMES_OF_ITS_OWN =
            Set.of("database", "node", "version", "pgjdbc", "hikari", "sslmode");

    private static PostgresCluster cluster;
    private static Database db;
    private static final MeterRegistry registry = new SimpleMeterRegistry();
    private static final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @BeforeAll
    static void open() throws Exception {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        db = Database.open(Bound.config(cluster)
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .migration(new Login("migrator", PasswordSource.file(cluster.secretFile("migrator"))))
                        .readRole(ReadRole.values()[0])
                        .build())
                .build());
        DatabaseMetrics metrics = new DatabaseMetrics(db);
        metrics.bindTo(registry);
        metrics.bindTo(prometheus);
    }

    @AfterAll
    static void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    /** One meter: its type, its tags and its unit. */
    private record Told(String type, Set<String> tags, String unit) {}

    @Test
    void the_page_has_every_meter_with_its_type_its_tags_and_its_unit_and_no_other() throws IOException {
        Map<String, Told> told = new TreeMap<>();
        rows(6).forEach(cells ->
                told.put(first(cells.get(0)), new Told(cells.get(2), Set.copyOf(codes(cells.get(3))), cells.get(4))));
        Map<String, Told> registered = new TreeMap<>();
        ours().forEach(meter -> registered.put(meter.getId().getName(), told(meter)));
        assertThat(told).isEqualTo(registered);
    }

    @Test
    void the_page_has_the_names_that_prometheus_sees() throws IOException {
        Samples scrape = Samples.of(prometheus.scrape());
        Set<String> told = new TreeSet<>();
        rows(6).forEach(cells -> told.add(first(cells.get(1))));
        Set<String> scraped = scrape.types().keySet().stream()
                .filter(name -> name.startsWith("penstock"))
                // A timer's own maximum comes as a gauge beside it.
                .filter(name -> !name.endsWith("_seconds_max"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(told).isEqualTo(scraped);
    }

    @Test
    void the_page_has_every_value_that_a_tag_may_have() throws IOException {
        Map<String, Set<String>> told = new TreeMap<>();
        rows(3).forEach(cells -> codes(cells.get(1))
                .forEach(meter -> told.put(meter + " " + first(cells.get(0)), new TreeSet<>(codes(cells.get(2))))));
        Map<String, Set<String>> registered = new TreeMap<>();
        ours().forEach(meter -> meter.getId().getTags().stream()
                .filter(tag -> !NAMES_OF_ITS_OWN.contains(tag.getKey()))
                .forEach(tag -> registered
                        .computeIfAbsent(meter.getId().getName() + " " + tag.getKey(), name -> new TreeSet<>())
                        .add(tag.getValue())));
        registered.values().removeIf(Set.of("read", "write")::equals);
        assertThat(told).isEqualTo(registered);
    }

    @Test
    void every_meter_has_a_description_a_unit_and_the_same_tags_whatever_it_tells() {
        assertThat(ours()).allSatisfy(meter -> {
            assertThat(meter.getId().getDescription()).isNotBlank();
            assertThat(meter.getId().getBaseUnit()).isNotBlank();
        });
        Map<String, Set<Set<String>>> tags = new TreeMap<>();
        ours().forEach(meter -> tags.computeIfAbsent(
                        meter.getId().getName(),
                        name -> new TreeSet<>(java.util.Comparator.comparing(Object::toString)))
                .add(keys(meter)));
        assertThat(tags.values()).allSatisfy(keys -> assertThat(keys).hasSize(1));
    }

    @Test
    void no_tag_names_a_host_a_role_or_a_secret() {
        String everything = registry.getMeters().stream()
                .map(meter -> meter.getId().toString())
                .collect(Collectors.joining());
        assertThat(everything)
                .doesNotContain("localhost", "127.0.0.1", "appuser", "migrator", cluster.password("appuser"))
                .doesNotContain(String.valueOf(cluster.primary().port()));
    }

    private static List<Meter> ours() {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("penstock."))
                .toList();
    }

    private static Told told(Meter meter) {
        boolean timer = meter instanceof Timer || meter instanceof FunctionTimer;
        String type = timer ? "timer" : meter.getId().getType().name().toLowerCase(Locale.ROOT);
        Set<String> tags = new TreeSet<>(keys(meter));
        tags.remove("database");
        return new Told(type, Set.copyOf(tags), String.valueOf(meter.getId().getBaseUnit()));
    }

    private static Set<String> keys(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The rows of the tables with so many columns, whose first cell is code. */
    private static List<List<String>> rows(int columns) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .filter(cells -> cells.size() == columns)
                .toList();
    }

    private static String first(String cell) {
        return codes(cell).get(0);
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell)
                .results()
                .map(MatchResult::group)
                .map(code -> code.replace("`", ""))
                .toList();
    }
}
