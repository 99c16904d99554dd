package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page shows code that is compiled and run. */
class DocumentationTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("// doc: \\w+\n(.*?)// end", Pattern.DOTALL);

    @Test
    void every_java_block_of_the_page_is_an_example_that_runs() throws IOException {
        List<String> examples = blocks(EXAMPLE, Path.of("src/test/java/dev/penstock/testkit/ExampleIT.java"));
        assertThat(blocks(JAVA, Path.of("../docs/testkit.md")))
                .hasSameSizeAs(examples)
                .allSatisfy(block -> assertThat(examples).contains(block));
    }

    private static List<String> blocks(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(DocumentationTest::withoutIndentation)
                .toList();
    }

    private static String withoutIndentation(MatchResult block) {
        return block.group(1)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.equals("}"))
                .collect(Collectors.joining("\n"));
    }
}
