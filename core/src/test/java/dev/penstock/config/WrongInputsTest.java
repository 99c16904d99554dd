package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user reads about a wrong input, whole: {@code wrong-inputs.txt} has more than a hundred of them, over all keys, forms and sources, each with
 * every line that is said of it.
 */
class WrongInputsTest {
    private static final int LONGEST = 300;
    private static final Map<String, String> RIGHT = Map.of("DATABASE_URL", "postgresql://app@localhost/shop");

    /**
     * One block of the table.
     *
     * @param source {@code yaml}: a file; {@code key}: lines below {@code database:}; {@code uri}; {@code env}: variables; {@code dotenv}: an env file;
     *     {@code builder}
     */
    private record Row(String source, String input, List<String> told) {
        @Override
        public String toString() {
            return source + " " + input;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_wrong_input_is_told_with_its_fact_its_place_and_its_remedy_once_each(Row row) {
        List<String> told = told(row);

        assertThat(told).containsExactlyElementsOf(row.told);
        for (String line : told) {
            assertThat(line).hasSizeLessThanOrEqualTo(LONGEST).doesNotContain("canary");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void no_part_of_a_message_says_what_another_part_says(Row row) {
        for (Violation violation : violations(row)) {
            assertThat(violation.remedy()).isNotBlank();
            assertThat(violation.message()).doesNotContain(violation.remedy());
            // A key may be called as its variable is.
            assertThat(violation.message()).doesNotContain("(" + violation.origin() + ")");
            assertThat(violation.origin().equals(Violation.IN_CODE)).isEqualTo(row.source.equals("builder"));
            assertThat(violation.toString()).containsOnlyOnce(violation.remedy());
        }
    }

    @Test
    void every_key_is_wrong_somewhere_in_the_table() {
        String inputs = String.join("\n", rows().map(Row::input).toList()).replace("\\n", "\n");
        for (Key key : Key.values()) {
            String last = key.yamlName().substring(key.yamlName().indexOf('.') + 1);
            String names = Stream.concat(Stream.of(last, key.alias), key.variables.stream())
                    .filter(name -> !name.isEmpty())
                    .map(Pattern::quote)
                    .reduce((one, other) -> one + "|" + other)
                    .orElseThrow();
            assertThat(inputs).as(key.name()).containsPattern("\\b(?:" + names + ")\\b");
        }
        assertThat(rows().count()).isGreaterThan(100);
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Loading.fixture("wrong-inputs.txt"))) {
                if (line.startsWith("  ")) {
                    rows.get(rows.size() - 1).told.add(line.strip());
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    int blank = line.indexOf(' ');
                    rows.add(new Row(line.substring(0, blank), line.substring(blank + 1), new ArrayList<>()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows.stream();
    }

    private static List<String> told(Row row) {
        List<Violation> violations = violations(row);
        return violations.isEmpty()
                ? loaded(row).warnings().stream()
                        .map(warning -> "warning: " + warning)
                        .toList()
                : violations.stream().map(Violation::toString).toList();
    }

    private static List<Violation> violations(Row row) {
        return Loading.violations(() -> loaded(row));
    }

    private static DatabaseConfig loaded(Row row) {
        String input = row.input.replace("\\n", "\n");
        return switch (row.source) {
            case "yaml" -> Loading.yaml(input, Map.of());
            case "key" -> Loading.keys(input.split("\n"));
            case "uri" -> Loading.uri(input);
            case "env" -> DatabaseConfig.fromEnvironment(variables(input));
            case "dotenv" -> dotenv(input);
            default -> built(input);
        };
    }

    private static Map<String, String> variables(String input) {
        Map<String, String> variables = new HashMap<>(RIGHT);
        for (String one : input.split(" ; ")) {
            String[] parts = one.split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        return variables;
    }

    private static DatabaseConfig dotenv(String text) {
        return inFile(text, file -> DatabaseConfig.fromEnvironment(EnvFile.read(file, Map.of())));
    }

    private static <T> T inFile(String text, Function<Path, T> reader) {
        try {
            Path directory = Files.createTempDirectory("wrong-inputs");
            Path file = directory.resolve(".env");
            try {
                Files.writeString(file, text);
                return reader.apply(file);
            } finally {
                Files.delete(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatabaseConfig built(String call) {
        DatabaseConfig.Builder builder = DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
        String value = call.substring(call.indexOf('=') + 1);
        switch (Objects.requireNonNull(
                Arrays.stream(call.split("=")).findFirst().orElse(null))) {
            case "primary" -> builder.primary(value);
            case "replicas" -> builder.replicas(value);
            case "pool" -> builder.pool(Integer.parseInt(value), 0, Duration.ofSeconds(1));
            case "timeouts" -> builder.timeouts(Duration.ZERO, Duration.ofSeconds(1));
            default ->
                builder.primary("db.example.com")
                        .tls(TlsConfig.prefer())
                        .password(PasswordSource.literal("canary"))
                        .environmentMode(EnvironmentMode.PRODUCTION);
        }
        return builder.build();
    }
}
