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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
import org.openjdk.jmh.results.RunResult;
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
@Fork(6)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
// JMH calls write() before it reads a field.
@SuppressWarnings("NullAway.Init")
public class ConfigLoadBenchmark {
    private static final int TURNS = 5;
    private static final int FORKS_PER_TURN = 6;

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

    /** In turns, so that what the machine does besides meets each of them alike; medians, because one slow start says nothing. */
    public static void main(String[] args) throws RunnerException {
        Map<String, Starts> measured = new TreeMap<>();
        for (int turn = 0; turn < TURNS; turn++) {
            for (RunResult result : new Runner(new OptionsBuilder()
                            .include(ConfigLoadBenchmark.class.getSimpleName())
                            .forks(FORKS_PER_TURN)
                            .build())
                    .run()) {
                Starts values =
                        measured.computeIfAbsent(result.getPrimaryResult().getLabel(), name -> new Starts());
                result.getPrimaryResult()
                        .getStatistics()
                        .getRawData()
                        .forEachRemaining(value -> values.add(value.getKey()));
            }
        }
        double load = median(measured, "loadAndValidate");
        double each = median(measured, "validatorWithEachKind");
        double one = median(measured, "validatorWithOneConstraint");
        System.out.printf(
                "%nmedians of %d starts: load and validate %.0f ms; validator with each kind %.0f ms (load is %.0f more),"
                        + " with one constraint %.0f ms (%.0f more)%n",
                TURNS * FORKS_PER_TURN, load, each, load - each, one, load - one);
    }

    private static double median(Map<String, Starts> measured, String name) {
        return Objects.requireNonNull(measured.get(name), name).median();
    }

    /** What one of them took, start by start. */
    private static final class Starts {
        private final List<Double> values = new ArrayList<>();

        void add(double value) {
            values.add(value);
        }

        double median() {
            List<Double> sorted = values.stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }
}
