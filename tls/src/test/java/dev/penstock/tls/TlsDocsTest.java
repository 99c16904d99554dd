package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/tls.md names every code with its remedy. */
class TlsDocsTest {
    private static final Path DOCS = Path.of("..", "docs", "tls.md");

    @Test
    void every_code_has_its_row() throws IOException {
        String docs = Files.readString(DOCS);
        for (TlsReason reason : TlsReason.values()) {
            assertThat(docs).contains("| `" + reason + "` | ").contains(" | " + reason.remedy() + " |");
        }
    }
}
