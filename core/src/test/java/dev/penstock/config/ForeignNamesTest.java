package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.Violation;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who comes from HikariCP, Spring or the driver is told what their names are called here. */
class ForeignNamesTest {
    private static final Pattern NAMED = Pattern.compile("\\b[a-z]+(?:_[a-z0-9]+)+\\b");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maximumPoolSize: 10 | pool_size and max_overflow",
                "maximum-pool-size: 10 | pool_size and max_overflow",
                "minimumIdle: 5 | Use pool_size",
                "connectionTimeout: 30000 | pool_timeout, in seconds",
                "idleTimeout: 600000 | 'idle_timeout'",
                "maxLifetime: 1800000 | pool_recycle",
                "leakDetectionThreshold: 2000 | penstock.pool.usage.max",
                "keepaliveTime: 30000 | Use keepalive",
                "poolName: shop | application_name",
                "jdbcUrl: x | Use url",
                "jdbc-url: x | Use url",
                "driver-class-name: org.postgresql.Driver | Leave it out",
                "username: app | Use user",
                "host: db-1 | Write it into url",
                "port: 5432 | Write it into url",
                "name: shop | docs/configuration.md",
                "database: shop | app_db",
                "hikari: {a: 1} | Only tls: and driver: are sections",
                "pool: {size: 5} | Only tls: and driver: are sections",
                "socketTimeout: 5 | statement_timeout",
                "prepareThreshold: 0 | Write it below driver: as prepareThreshold",
                "targetServerType: primary | Leave it out",
                "currentSchema: app | Use schema.",
                "sslfactory: x | It names a class to load",
                "hostaddr: x | A Java driver dials the host",
                "ssl: true | Use sslmode"
            })
    void a_key_of_another_pool_or_driver_is_told_with_what_it_is_called_here(String line, String remedy) {
        assertThat(Loading.violations(() -> Loading.keys(line))).singleElement().satisfies(violation -> {
            assertThat(violation.code()).isEqualTo("UNKNOWN_KEY");
            assertThat(violation.remedy()).contains(remedy);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maximumPoolSize | pool_size and max_overflow",
                "leakDetectionThreshold | penstock.pool.usage.max",
                "statementCacheSize | preparedStatementCacheQueries",
                "pool_sise | 'pool_size'",
                "max_lag | DATABASE_MAX_LAG"
            })
    void a_parameter_of_a_connection_string_is_told_the_same(String name, String remedy) {
        assertThat(Loading.violations(() -> Loading.uri("postgresql://app@localhost/shop?" + name + "=1")))
                .singleElement()
                .satisfies(violation -> assertThat(violation.remedy()).contains(remedy));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "environment_mode: prod | Write production.",
                "environment_mode: dev | Write development.",
                "environment_mode: Production | Did you mean 'production'?",
                "environment_mode: staging | Write production where",
                "sslmode: true | Write require, or verify-full",
                "sslmode: verify_full | Did you mean 'verify-full'?",
                "sslmode: no-verify | Write require.",
                "pooler: pgbouncer | Write transaction or session",
                "on_no_replica: error | Write fail.",
                "error_detail: false | Write none."
            })
    void a_word_of_another_tool_is_told_with_what_it_is_here(String line, String remedy) {
        assertThat(Loading.violations(() -> Loading.keys(line))).singleElement().satisfies(violation -> {
            assertThat(violation.code()).isEqualTo("NOT_A_WORD");
            assertThat(violation.remedy()).contains(remedy);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "pool_timeout: 30000, write 30000ms",
        "pool_recycle: 1800000, write 1800000ms",
        "pool_timeout: 3000000, Correct the value",
        "pool_timeout: 30000s, Correct the value"
    })
    void a_time_that_fits_as_milliseconds_is_told_so(String line, String remedy) {
        assertThat(Loading.violations(() -> Loading.keys(line)))
                .singleElement()
                .returns("OUT_OF_RANGE", Violation::code)
                .satisfies(violation -> assertThat(violation.remedy()).contains(remedy));
    }

    @Test
    void what_a_remedy_names_is_there() {
        List<String> others = List.of("default_transaction_isolation");
        ForeignNames.all().forEach((name, remedy) -> {
            assertThat(remedy).as(name).endsWith(".").hasSizeLessThanOrEqualTo(140);
            NAMED.matcher(remedy)
                    .results()
                    .forEach(found -> assertThat(Key.named(found.group()).isPresent() || others.contains(found.group()))
                            .as(name + ": " + remedy)
                            .isTrue());
        });
    }

    @Test
    void no_name_of_ours_is_taken_for_one_of_others() {
        for (Key key : Key.values()) {
            assertThat(ForeignNames.all()).doesNotContainKey(Suggestions.fold(key.yamlName()));
        }
    }
}
