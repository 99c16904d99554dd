package dev.penstock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.violation.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code in README and docs is code that was compiled here, and output in them is what it printed. */
class DocumentedCodeTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern FENCED =
            Pattern.compile("^```(java|text)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern MARKER = Pattern.compile("\\s*// (begin|end) (\\S+)");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "docs/quickstart.md",
                "docs/pools.md",
                "docs/routing.md",
                "docs/errors.md",
                "docs/health.md",
                "docs/metrics.md",
                "docs/tls.md"
            })
    void every_java_block_is_a_marked_part_of_a_compiled_source(String document) throws IOException {
        List<String> blocks = blocks("java", document);

        assertThat(blocks).isNotEmpty();
        assertThat(markedParts()).containsAll(blocks);
    }

    @Test
    void readme_shows_its_program_by_line_20() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));

        assertThat(lines.indexOf("```java")).isBetween(0, 19);
    }

    @Test
    void readme_shows_the_error_that_its_wrong_configuration_gives() throws IOException {
        InvalidConfigException error = catchThrowableOfType(InvalidConfigException.class, WrongConfiguration::build);

        assertThat(blocks("text", "README.md")).contains(stripped(error.toString()));
    }

    private static List<String> blocks(String language, String document) throws IOException {
        Matcher fenced = FENCED.matcher(Files.readString(ROOT.resolve(document)));
        List<String> blocks = new ArrayList<>();
        while (fenced.find()) {
            if (fenced.group(1).equals(language)) {
                blocks.add(stripped(fenced.group(2)));
            }
        }
        return blocks;
    }

    private static List<String> markedParts() throws IOException {
        List<String> parts = new ArrayList<>();
        for (String sources : List.of("examples/src", "applications/src", "tls/src/test")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(sources))) {
                for (Path source :
                        files.filter(file -> file.toString().endsWith(".java")).toList()) {
                    parts.addAll(markedParts(Files.readAllLines(source)));
                }
            }
        }
        return parts;
    }

    /** Parts of one name in one file belong together. */
    private static List<String> markedParts(List<String> source) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        List<String> part = new ArrayList<>();
        for (String line : source) {
            Matcher marker = MARKER.matcher(line);
            if (!marker.matches()) {
                part.add(line);
            } else if (marker.group(1).equals("begin")) {
                part.clear();
            } else {
                texts.computeIfAbsent(marker.group(2), name -> new ArrayList<>())
                        .addAll(part);
            }
        }
        return texts.values().stream()
                .map(text -> stripped(String.join("\n", unindented(text))))
                .toList();
    }

    private static List<String> unindented(List<String> lines) {
        int indentation = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "" : line.substring(indentation))
                .toList();
    }

    private static String stripped(String text) {
        return String.join("\n", unindented(text.strip().lines().toList()));
    }
}
