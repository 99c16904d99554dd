package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.UriParameter.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The tables of docs/configuration.md are made from the tables in code. With {@code -Dpenstock.docs.write=true} they are
 * written instead of compared.
 */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    enum Table {
        KEYS {
            @Override
            List<String> lines() {
                return table(
                        "| Key | Variable | Default, and why | Values | What it is for | Builder | Other names |",
                        Arrays.stream(Key.values()),
                        ConfigurationPageTest::row);
            }
        },
        ACCEPTED {
            @Override
            List<String> lines() {
                return table(
                        "| Parameter | Gives |",
                        all().filter(row -> row.use() == Use.KEY || row.use() == Use.COMPONENT),
                        row -> "| " + code(row.name()) + " | "
                                + (row.key() == null
                                        ? "the address or the login"
                                        : code(row.key().yamlName())) + " |");
            }
        },
        NEUTRAL {
            @Override
            List<String> lines() {
                return table(
                        "| Parameter | Accepted as | Because |",
                        all().filter(row -> row.use() == Use.NEUTRAL),
                        row -> "| " + code(row.name()) + " | "
                                + row.values().stream()
                                        .map(ConfigurationPageTest::code)
                                        .collect(Collectors.joining(", "))
                                + " | " + row.reason() + " |");
            }
        },
        DRIVER {
            @Override
            List<String> lines() {
                return table(
                        "| Property | Values | |",
                        DriverProperty.table().values().stream(),
                        row -> "| " + code(row.name()) + " | " + (row.isSettable() ? row.bounds() : "refused") + " | "
                                + row.text() + " |");
            }
        },
        REFUSED {
            @Override
            List<String> lines() {
                return table(
                        "| Parameter | Code | Remedy |",
                        all().filter(row -> row.use() == Use.FORBIDDEN || row.use() == Use.UNSUPPORTED),
                        row -> "| " + code(row.name()) + " | `URL_PARAMETER_" + row.use() + "` | " + row.reason()
                                + " |");
            }
        };

        abstract List<String> lines();

        private static Stream<UriParameter> all() {
            return Stream.concat(UriParameter.table().stream(), UriParameter.jdbcTable().stream());
        }
    }

    /** As somebody would who pastes them. */
    @Test
    void the_two_whole_configurations_at_the_top_say_the_same(@TempDir Path directory) throws IOException {
        String page = Files.readString(PAGE);
        Path yaml = Files.writeString(directory.resolve("config.yaml"), block(page, "yaml"));
        Path env = Files.writeString(directory.resolve(".env"), block(page, "sh"));
        DatabaseConfig fromFile = DatabaseConfig.load(yaml, Map.of());
        DatabaseConfig fromVariables = DatabaseConfig.fromEnvironment(EnvFile.read(env, Map.of()));
        assertThat(fromFile.warnings()).isEmpty();
        assertThat(fromFile.endpoints()).hasSize(3).isEqualTo(fromVariables.endpoints());
        assertThat(withoutOrigins(fromFile)).isEqualTo(withoutOrigins(fromVariables));
    }

    private static String withoutOrigins(DatabaseConfig config) {
        String text = config.toString();
        return text.substring(0, text.indexOf(", provenance="));
    }

    private static String block(String page, String language) {
        Matcher found =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void a_table_of_the_page_is_what_the_code_says(Table table) throws IOException {
        String page = Files.readString(PAGE);
        Matcher matcher = Pattern.compile(
                        "(<!-- " + table + ":begin -->\n).*?(<!-- " + table + ":end -->)", Pattern.DOTALL)
                .matcher(page);
        assertThat(matcher.find()).as("the page has markers for " + table).isTrue();
        String expected = String.join("\n", table.lines()) + "\n";
        if (Boolean.getBoolean("penstock.docs.write")) {
            String replacement = Matcher.quoteReplacement(matcher.group(1) + "\n" + expected + "\n" + matcher.group(2));
            Files.writeString(PAGE, matcher.replaceFirst(replacement));
            return;
        }
        assertThat(matcher.group().lines().filter(line -> line.startsWith("|")).toList())
                .as("run with -Dpenstock.docs.write=true to bring the page up to date")
                .containsExactlyElementsOf(table.lines());
    }

    private static <T> List<String> table(String head, Stream<T> rows, Function<T, String> row) {
        String rule = head.replaceAll("[^|]+", " --- ");
        return Stream.concat(Stream.of(head, rule.strip()), rows.map(row)).toList();
    }

    private static String row(Key key) {
        String reason = key.reason.isEmpty() ? "" : ": " + key.reason;
        return "| "
                + String.join(
                        " | ",
                        code(key.yamlName()),
                        key.variables.isEmpty() ? "–" : code(key.variables.get(0)),
                        code(key.byDefault) + reason,
                        key.type.bounds(),
                        key.sentence,
                        code(key.component),
                        otherNames(key))
                + " |";
    }

    private static String otherNames(Key key) {
        String names = Stream.of(Stream.of(key.alias), key.urlNames.stream(), key.driverNames.stream())
                .flatMap(all -> all)
                .filter(name -> !name.isEmpty() && !name.equals(key.yamlName()))
                .distinct()
                .map(ConfigurationPageTest::code)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "–" : names;
    }

    private static String code(String text) {
        return text.isEmpty() ? "–" : "`" + text + "`";
    }
}
