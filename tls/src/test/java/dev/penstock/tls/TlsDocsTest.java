package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/tls.md quotes compiled code and names every code with its remedy. */
class TlsDocsTest {
    private static final Path DOCS = Path.of("..", "docs", "tls.md");
    private static final Path EXAMPLE = Path.of("src/test/java/dev/penstock/tls/example/PlainJdbc.java");

    @Test
    void the_program_is_the_compiled_one() throws IOException {
        String source = Files.readString(EXAMPLE);
        String quoted = source.substring(
                source.indexOf("// docs:begin\n") + "// docs:begin\n".length(), source.indexOf("// docs:end"));
        assertThat(Files.readString(DOCS)).contains("```java\n" + quoted.strip() + "\n```");
    }

    @Test
    void every_code_has_its_row() throws IOException {
        String docs = Files.readString(DOCS);
        for (TlsReason reason : TlsReason.values()) {
            assertThat(docs).contains("| `" + reason + "` | ").contains(" | " + reason.remedy() + " |");
        }
    }
}
