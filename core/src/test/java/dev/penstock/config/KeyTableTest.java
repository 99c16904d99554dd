package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every key: its name, default, bounds and variable, at and beyond both bounds. */
class KeyTableTest {
    private static final Map<String, Function<DatabaseConfig, Object>> READ = Map.ofEntries(
            Map.entry("pool_size", config -> config.pool().size()),
            Map.entry("max_overflow", config -> config.pool().maxOverflow()),
            Map.entry("pool_timeout", config -> config.pool().timeout().toSeconds()),
            Map.entry("pool_recycle", config -> config.pool().recycle().toSeconds()),
            Map.entry("max_waiting", config -> config.pool().maxWaiting()),
            Map.entry("idle_timeout", config -> config.pool().idleTimeout().toSeconds()),
            Map.entry("connect_timeout", config -> config.timeouts().connect().toSeconds()),
            Map.entry("close_timeout", config -> config.timeouts().close().toSeconds()),
            Map.entry(
                    "statement_timeout", config -> config.timeouts().statement().toSeconds()),
            Map.entry("max_lag", config -> config.topology().maxLag().toSeconds()),
            Map.entry("deploy_surge", config -> config.workload().deploySurge()),
            Map.entry("connections_per_request", config -> config.workload().connectionsPerRequest()),
            Map.entry(
                    "tls.reload_interval",
                    config -> config.tls().reloadInterval().toSeconds()));

    /** Its bounds are those of another key. */
    private static final String KEEPALIVE = "keepalive";

    /** Numbers that have no default: what was not declared is not judged. */
    private static final Map<String, Function<DatabaseConfig, Object>> UNDECLARED = Map.of(
            "max_lag_mb", config -> config.topology().maxLagMegabytes(),
            "instances", config -> config.workload().instances(),
            "requests_per_second", config -> config.workload().requestsPerSecond(),
            "avg_query_time_ms", config -> config.workload().avgQueryTimeMillis(),
            "p99_wait_ms", config -> config.workload().p99WaitMillis(),
            "max_concurrent_requests", config -> config.workload().maxConcurrentRequests(),
            "server_cores", config -> config.workload().serverCores());

    /** The rows that the design fixes: operators' files carry them. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "pool_size, DATABASE_POOL_SIZE, 20, 1, 100",
        "max_overflow, DATABASE_MAX_OVERFLOW, 10, 0, 100",
        "pool_timeout, DATABASE_POOL_TIMEOUT, 30, 1, 300",
        "pool_recycle, DATABASE_POOL_RECYCLE, 1800, 300, 7200",
        "idle_timeout, DATABASE_IDLE_TIMEOUT, 600, 10, 7199",
        "connect_timeout, DATABASE_CONNECT_TIMEOUT, 10, 1, 300",
        "max_waiting, DATABASE_MAX_WAITING, 10000, 1, 1000000",
        "close_timeout, DATABASE_CLOSE_TIMEOUT, 1, 0, 300",
        "statement_timeout, DATABASE_STATEMENT_TIMEOUT, 60, 1, 86400",
        "max_lag, DATABASE_MAX_LAG, 10, 2, 86400",
        "deploy_surge, DATABASE_DEPLOY_SURGE, 1, 0, 1000",
        "connections_per_request, DATABASE_CONNECTIONS_PER_REQUEST, 1, 1, 100",
        "tls.reload_interval, POSTGRES_SSL_RELOAD_INTERVAL, 30, 1, 86400"
    })
    void a_number_has_its_default_and_holds_at_its_bounds_and_not_beyond(
            String name, String variable, long byDefault, long min, long max) {
        Function<DatabaseConfig, Object> value = READ.get(name);

        assertThat(number(value.apply(with(Map.of())))).isEqualTo(byDefault);
        holdsAtItsBounds(name, variable, value, min, max);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "max_lag_mb, DATABASE_MAX_LAG_MB, 1, 1048576",
        "instances, DATABASE_INSTANCES, 1, 10000",
        "requests_per_second, DATABASE_REQUESTS_PER_SECOND, 1, 1000000",
        "avg_query_time_ms, DATABASE_AVG_QUERY_TIME_MS, 1, 60000",
        "p99_wait_ms, DATABASE_P99_WAIT_MS, 1, 60000",
        "max_concurrent_requests, DATABASE_MAX_CONCURRENT_REQUESTS, 1, 100000",
        "server_cores, DATABASE_SERVER_CORES, 1, 1024"
    })
    void a_number_that_nobody_declared_is_unset_and_holds_at_its_bounds_and_not_beyond(
            String name, String variable, long min, long max) {
        Function<DatabaseConfig, Object> value = UNDECLARED.get(name);

        assertThat(value.apply(with(Map.of()))).isNull();
        holdsAtItsBounds(name, variable, value, min, max);
    }

    private static void holdsAtItsBounds(
            String name, String variable, Function<DatabaseConfig, Object> value, long min, long max) {
        for (long inside : List.of(min, max)) {
            assertThat(number(value.apply(with(Map.of(variable, String.valueOf(inside))))))
                    .isEqualTo(inside);
        }
        for (long outside : List.of(min - 1, max + 1, -1L)) {
            assertThat(Loading.violations(() -> with(Map.of(variable, String.valueOf(outside)))))
                    .singleElement()
                    .returns(name, Violation::path)
                    .returns(variable, Violation::origin)
                    .returns(String.valueOf(outside), Violation::value);
        }
    }

    @Test
    void every_number_of_the_table_is_tried() {
        assertThat(Arrays.stream(Key.values())
                        .filter(key -> Set.of(Integer.class, Duration.class).contains(key.type.javaType()))
                        .map(Key::yamlName))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(READ.keySet().stream(), UNDECLARED.keySet().stream(), Stream.of(KEEPALIVE))
                                .flatMap(names -> names)
                                .toList());
    }

    private static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("app_db", "APP_DB", "appdb", read(DatabaseConfig::database)),
                Arguments.of("user", "APP_DB_USER", "appuser", read(DatabaseConfig::user)),
                Arguments.of(
                        "owner_user",
                        "APP_DB_OWNER",
                        "appowner",
                        read(config -> config.roles().ownerUser())),
                Arguments.of(
                        "ro_user",
                        "APP_DB_RO_USER",
                        "backupuser",
                        read(config -> config.roles().readOnly().user())),
                Arguments.of(
                        "application_name",
                        "DATABASE_APPLICATION_NAME",
                        "penstock",
                        read(DatabaseConfig::applicationName)),
                Arguments.of(
                        "schema",
                        "DATABASE_SCHEMA",
                        null,
                        read(config -> config.session().schema())));
    }

    private static Function<DatabaseConfig, Object> read(Function<DatabaseConfig, Object> reader) {
        return reader;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void a_text_has_its_default_its_variable_and_its_key(
            String name, String variable, String byDefault, Function<DatabaseConfig, Object> value) {
        assertThat(value.apply(with(Map.of()))).isEqualTo(byDefault);
        assertThat(value.apply(with(Map.of(variable, "named")))).isEqualTo("named");
        DatabaseConfig yaml = Loading.yaml(
                "database:\n  url: postgresql://localhost\n  " + name + ": written\n", Map.of(variable, "named"));
        assertThat(value.apply(yaml)).isEqualTo("written");
        assertThat(yaml.origins()).containsEntry(name, "config.yaml:3");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*")
    void every_word_of_a_key_is_taken_and_no_other(Key key) {
        for (String word : key.type.words()) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "DATABASE_URL", "postgresql://localhost",
                    "POSTGRES_SSL_ROOT_CERT", "/ca.pem",
                    "POSTGRES_SSL_MODE", "require"));
            if (word.equals("patroni")) {
                environment.put("DATABASE_PATRONI_URLS", "http://pg-1:8008");
            }
            environment.put(key.variables.get(0), word);
            assertThat(Loading.codes(() -> DatabaseConfig.fromEnvironment(environment)))
                    .as(key + "=" + word)
                    .isSubsetOf("TLS", "PRODUCTION_TLS", "REQUIRE_UNVERIFIED");
        }
        if (key.type.javaType().isEnum()) {
            assertThat(Loading.violations(() -> with(Map.of(key.variables.get(0), "no-such-word"))))
                    .singleElement()
                    .returns("NOT_A_WORD", Violation::code)
                    .returns(key.yamlName(), Violation::path);
        }
    }

    @ParameterizedTest
    @CsvSource({"30, 30000", "30s, 30000", "1500ms, 1500", "2min, 120000", "'2 min', 120000", "1h, "})
    void a_duration_is_seconds_or_has_a_unit(String text, Long millis) {
        if (millis == null) {
            assertThat(Loading.codes(() -> Loading.keys("pool_timeout: " + text)))
                    .containsExactly("OUT_OF_RANGE");
        } else {
            assertThat(Loading.keys("pool_timeout: " + text).pool().timeout()).hasMillis(millis);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "0.25, true", ".5, true", "1.01, false", "-0.1, false", "x, false"})
    void the_share_of_reads_is_between_none_and_all(String text, boolean accepted) {
        assertThat(Loading.codes(() -> Loading.keys("primary_read_share: " + text))
                        .isEmpty())
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "0.8, true", "1, true", "1.01, false", "-0.1, false"})
    void the_part_of_the_load_that_reads_is_between_none_and_all(String text, boolean accepted) {
        assertThat(Loading.codes(() -> Loading.keys("read_share: " + text)).isEmpty())
                .isEqualTo(accepted);
    }

    /** The record refuses by itself what the binder refuses. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 1, 1", "10001, 1, 1, 1, 1", "1, -1, 1, 1, 1", "1, 1001, 1, 1, 1", "1, 1, 0, 1, 1",
        "1, 1, 1000001, 1, 1", "1, 1, 1, 0, 1", "1, 1, 1, 60001, 1", "1, 1, 1, 1, 0", "1, 1, 1, 1, 101"
    })
    void a_workload_guards_the_same_bounds(int instances, int surge, int perSecond, int millis, int each) {
        assertThat(Loading.violations(() -> WorkloadConfig.builder()
                        .instances(instances)
                        .deploySurge(surge)
                        .requestsPerSecond(perSecond)
                        .readShare(0.5)
                        .avgQueryTimeMillis(millis)
                        .p99WaitMillis(1)
                        .maxConcurrentRequests(1)
                        .connectionsPerRequest(each)
                        .serverCores(1)
                        .build()))
                .singleElement()
                .returns("OUT_OF_RANGE", Violation::code);
    }

    @Test
    void databases_of_one_file_know_each_other_as_neighbours() {
        Map<String, DatabaseConfig> configs = Loading.yamlAll("""
            database:
              url: postgresql://app:x@db-1/shop
            databases:
              temporal:
                url: postgresql://temporal:x@db-1/temporal
                owner_user: owner
            """);
        assertThat(configs.get("database").neighbours()).singleElement().returns("temporal", DatabaseConfig::database);
        assertThat(configs.get("temporal").neighbours()).singleElement().returns("shop", DatabaseConfig::database);
    }

    @Test
    void the_share_of_reads_depends_on_replicas_when_it_is_not_set() {
        assertThat(PoolConfig.defaults().primaryReadShare(false)).isEqualTo(1.0);
        assertThat(PoolConfig.defaults().primaryReadShare(true)).isEqualTo(0.25);
    }

    @Test
    void an_idle_timeout_by_default_gives_way_to_a_short_recycling_time() {
        assertThat(Loading.keys("pool_recycle: 300").pool().idleTimeout()).isEqualTo(Duration.ofSeconds(299));
        assertThat(Loading.codes(() -> Loading.keys("pool_recycle: 300", "idle_timeout: 300")))
                .containsExactly("IDLE_OUTLIVES_RECYCLE");
        assertThat(Loading.keys("pool_recycle: 300", "idle_timeout: 299").pool().idleTimeout())
                .hasSeconds(299);
    }

    /** The records refuse by themselves what the binder refuses: the same bounds, written in two places. */
    @ParameterizedTest
    @CsvSource({"0, 300", "30, 300", "225, 300", "120, 1800", "1350, 1800", "5400, 7200"})
    void keepalive_is_off_or_between_30_s_and_three_quarters_of_a_connections_life(int keepalive, int recycle) {
        assertThat(Loading.keys("pool_recycle: " + recycle, "keepalive: " + keepalive)
                        .pool()
                        .keepalive())
                .isEqualTo(Duration.ofSeconds(keepalive));
        assertThat(with(Map.of("DATABASE_POOL_RECYCLE", "" + recycle, "DATABASE_KEEPALIVE", "" + keepalive))
                        .pool()
                        .keepalive())
                .isEqualTo(Duration.ofSeconds(keepalive));
    }

    @ParameterizedTest
    @CsvSource({"1, 300, 225", "29, 1800, 1350", "226, 300, 225", "1351, 1800, 1350", "5400, 7199, 5399"})
    void any_other_keepalive_would_be_switched_off_and_is_a_mistake(int keepalive, int recycle, int longest) {
        Callable<DatabaseConfig> loading =
                () -> Loading.keys("pool_recycle: " + recycle, "keepalive: " + keepalive, "idle_timeout: 60");
        assertThat(Loading.violations(loading)).singleElement().satisfies(violation -> {
            assertThat(violation.code()).isEqualTo("OUT_OF_RANGE");
            assertThat(violation.path()).endsWith("keepalive");
            assertThat(violation.toString()).contains("must be 0, or 30 s to " + longest + " s");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 30, 1800, 600", "101, 10, 30, 1800, 600", "20, -1, 30, 1800, 600", "20, 101, 30, 1800, 600",
        "20, 10, 0, 1800, 600", "20, 10, 301, 1800, 600", "20, 10, 30, 299, 200", "20, 10, 30, 7201, 600",
        "20, 10, 30, 1800, 9", "20, 10, 30, 7200, 7200"
    })
    void the_records_guard_the_same_bounds(int size, int overflow, int timeout, int recycle, int idle) {
        assertThat(Loading.violations(() -> PoolConfig.builder()
                        .size(size)
                        .maxOverflow(overflow)
                        .timeout(Duration.ofSeconds(timeout))
                        .recycle(Duration.ofSeconds(recycle))
                        .idleTimeout(Duration.ofSeconds(idle))
                        .keepalive(Duration.ZERO)
                        .maxWaiting(10)
                        .build()))
                .hasSize(1);
    }

    @Test
    void names_aliases_and_variables_are_unique() {
        Set<String> seen = new HashSet<>();
        for (Key key : Key.values()) {
            assertThat(seen.add(key.yamlName())).as(key.yamlName()).isTrue();
            assertThat(key.alias.isEmpty() || seen.add(key.alias)).as(key.alias).isTrue();
            assertThat(key.variables).as(key.name()).allMatch(seen::add);
            assertThat(key.sentence).as(key.name()).isNotBlank();
        }
    }

    private static DatabaseConfig with(Map<String, String> environment) {
        Map<String, String> whole = new HashMap<>(environment);
        whole.putIfAbsent("DATABASE_URL", "postgresql://localhost");
        if (environment.containsKey("DATABASE_IDLE_TIMEOUT")) {
            whole.put("DATABASE_POOL_RECYCLE", "7200");
        }
        return DatabaseConfig.fromEnvironment(whole);
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }
}
