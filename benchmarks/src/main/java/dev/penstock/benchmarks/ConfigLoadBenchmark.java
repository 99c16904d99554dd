package dev.penstock.benchmarks;

import dev.penstock.config.DatabaseConfig;
import jakarta.validation.Validation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * A cold start: reading and validating a full configuration as the first thing a JVM does, beside the bootstrap of the
 * validator alone. Each measurement is one call in a JVM of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(20)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
// JMH calls write() before it reads a field.
@SuppressWarnings("NullAway.Init")
public class ConfigLoadBenchmark {
    private Path file;

    /** What the validator's own constraints cost at their first use: each kind that such a configuration calls for. */
    public record Validated(
            @Min(1) @Max(100) int size,
            @NotBlank @Pattern(regexp = "[a-z]+") String name,

            @DurationMin(seconds = 1) @DurationMax(seconds = 300)
            Duration timeout) {}

    /** The smallest bean there is to validate. */
    public record Smallest(@NotBlank String name) {}

    @Setup
    public void write() throws IOException {
        file = Files.createTempFile("penstock-config", ".yaml");
        Files.writeString(file, """
                database:
                  url: "${DATABASE_URL:-postgresql://appuser@localhost:5432/appdb}"
                  owner_user: appowner
                  ro_user: backupuser
                  pool_size: 20
                  max_overflow: 10
                  pool_timeout: 30
                  pool_recycle: 1800
                  environment_mode: "${APP_ENVIRONMENT:-development}"
                  user_pw_file_path: /run/secrets/postgres_app_user_pw
                """);
    }

    @TearDown
    public void remove() throws IOException {
        Files.delete(file);
    }

    /** The least a program pays that uses the validator for anything. */
    @Benchmark
    public int validatorWithOneConstraint() {
        return violations(new Smallest("x"));
    }

    @Benchmark
    public int validatorWithEachKind() {
        return violations(new Validated(1, "x", Duration.ofSeconds(1)));
    }

    private static int violations(Record bean) {
        return Validation.byProvider(HibernateValidator.class)
                .configure()
                .messageInterpolator(new ParameterMessageInterpolator())
                .ignoreXmlConfiguration()
                .buildValidatorFactory()
                .getValidator()
                .validate(bean)
                .size();
    }

    @Benchmark
    public DatabaseConfig loadAndValidate() {
        return DatabaseConfig.load(file, Map.of());
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(ConfigLoadBenchmark.class.getSimpleName())
                        .build())
                .run();
    }
}
