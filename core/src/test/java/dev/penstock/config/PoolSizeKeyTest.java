package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.PoolSplit;
import dev.penstock.sizing.WorkloadPreset;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a pool's size is left to be found, and which times it has then. */
class PoolSizeKeyTest {
    /** A cell of keys; then what is written of the size, and the times in seconds. An a is a number to be found. */
    @ParameterizedTest(name = "{index}: {0}")
    @CsvSource({
        "''                                                                   , 20, 10, 30, 1800",
        "pool_size: auto                                                      ,  a,  a, 30, 1800",
        "pool_size: auto|max_overflow: 4                                      ,  a,  4, 30, 1800",
        "max_overflow: 4                                                      , 20,  4, 30, 1800",
        "workload: very-high                                                  ,  a,  a, 60, 1800",
        "workload: read-heavy                                                 ,  a,  a, 30, 3600",
        "workload: read-heavy|max_overflow: 0                                 ,  a,  0, 30, 3600",
        // A number stands, and the workload gives times alone.
        "workload: read-heavy|pool_size: 7                                    ,  7, 10, 30, 3600",
        "workload: write-heavy|pool_timeout: 5                                ,  a,  a,  5, 1800",
        "workload: write-heavy|pool_timeout: 30                               ,  a,  a, 30, 1800",
        "workload: write-heavy|pool_recycle: 600                              ,  a,  a, 60, 600",
        // The rate's preset gives its times where it gives the size.
        "requests_per_second: 500                                             , 20, 10, 30, 1800",
        "requests_per_second: 500|pool_size: auto                             ,  a,  a, 60, 1800",
        "requests_per_second: 500|pool_size: auto|avg_query_time_ms: 50       ,  a,  a, 30, 1800",
        "requests_per_second: 500|workload: low                               ,  a,  a, 30, 1800",
        "requests_per_second: 500|avg_query_time_ms: 50|workload: write-heavy ,  a,  a, 60, 1800",
    })
    void a_size_is_found_where_auto_or_a_workload_asks_for_it_and_no_number_stands(
            String keys, String size, String overflow, int timeout, int recycle) {
        PoolConfig pool = Loading.keys(keys.split("\\|")).pool();

        assertThat(pool.size()).isEqualTo(number(size));
        assertThat(pool.maxOverflow()).isEqualTo(number(overflow));
        assertThat(pool.split())
                .isEqualTo(
                        size.equals("a")
                                ? Optional.empty()
                                : Optional.of(new PoolSplit(number(size), number(overflow))));
        assertThat(pool.timeout()).hasSeconds(timeout);
        assertThat(pool.recycle()).hasSeconds(recycle);
    }

    private static Integer number(String text) {
        return text.equals("a") ? null : Integer.valueOf(text);
    }

    @Test
    void the_origin_of_what_a_workload_gives_is_told() {
        Map<String, String> origins =
                Loading.keys("workload: very-high", "pool_recycle: 900").origins();

        assertThat(origins)
                .containsEntry("pool_size", "config.yaml:3")
                .containsEntry("max_overflow", "config.yaml:3")
                .containsEntry("pool_timeout", "preset very-high")
                .containsEntry("pool_recycle", "config.yaml:4");
    }

    @Test
    void a_connection_string_and_a_variable_take_auto_as_well() {
        assertThat(DatabaseConfig.fromUri("postgresql://app:x@localhost/shop?pool_size=auto", Map.of())
                        .pool()
                        .size())
                .isNull();
        assertThat(DatabaseConfig.fromEnvironment(Map.of(
                                "DATABASE_URL", "postgresql://app:x@localhost/shop", "DATABASE_POOL_SIZE", "auto"))
                        .pool()
                        .size())
                .isNull();
        assertThat(DatabaseConfig.fromEnvironment(Map.of(
                                "DATABASE_URL", "postgresql://app:x@localhost/shop", "DATABASE_WORKLOAD", "high"))
                        .workload()
                        .preset())
                .isEqualTo(WorkloadPreset.HIGH);
    }

    @Test
    void a_program_says_the_same() {
        WorkloadConfig veryHigh =
                WorkloadConfig.builder().preset(WorkloadPreset.VERY_HIGH).build();
        PoolConfig found = Loading.keys("workload: very-high").pool();

        assertThat(builder().workload(veryHigh).build().pool()).isEqualTo(found);
        assertThat(builder()
                        .pool(PoolConfig.Builder::auto)
                        .workload(veryHigh)
                        .build()
                        .pool())
                .isEqualTo(found);
        assertThat(builder().pool(PoolConfig.Builder::auto).build().pool())
                .isEqualTo(Loading.keys("pool_size: auto").pool());
        assertThat(builder()
                        .pool(7, 3, Duration.ofSeconds(5))
                        .workload(veryHigh)
                        .build()
                        .pool()
                        .split())
                .contains(new PoolSplit(7, 3));
        WorkloadConfig readHeavy =
                WorkloadConfig.builder().preset(WorkloadPreset.READ_HEAVY).build();
        assertThat(builder()
                        .pool(7, 3, Duration.ofSeconds(5))
                        .workload(readHeavy)
                        .build()
                        .pool()
                        .recycle())
                .hasSeconds(3600);
    }

    @Test
    void a_number_for_the_size_has_one_for_the_overflow_beside_it() {
        assertThat(PoolConfig.builder().size(20).build().split()).contains(new PoolSplit(20, 10));
        assertThat(PoolConfig.builder().maxOverflow(4).build().split()).contains(new PoolSplit(20, 4));
        assertThat(PoolConfig.builder().auto().maxOverflow(4).build())
                .returns(null, PoolConfig::size)
                .returns(4, PoolConfig::maxOverflow);
    }

    private static DatabaseConfig.Builder builder() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
    }
}
