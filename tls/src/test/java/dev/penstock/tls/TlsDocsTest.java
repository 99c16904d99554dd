package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/tls.md names every code with its remedy. */
class TlsDocsTest {
    private static final Path DOCS = Path.of("..", "docs", "tls.md");

    @Test
    void every_key_of_a_policy_has_its_row_and_the_first_policy_of_the_page_is_right(@TempDir Path directory)
            throws IOException {
        String page = Files.readString(DOCS.resolveSibling("tls-policy.md"));
        for (PolicyKey key : PolicyKey.values()) {
            assertThat(page).contains("\n| `" + key.word() + "` | ");
        }
        int begin = page.indexOf("# /etc/penstock/policy.conf");
        Path policy =
                Files.writeString(directory.resolve("policy.conf"), page.substring(begin, page.indexOf("```", begin)));
        Files.setPosixFilePermissions(policy, PosixFilePermissions.fromString("rw-r--r--"));

        TlsPolicy read = TlsPolicy.read(policy, "", List.of());

        assertThat(read.faults()).isEmpty();
        assertThat(read.config().mode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(read.requireAuth()).containsExactly(AuthMethod.SCRAM_SHA_256);
    }

    @Test
    void every_code_has_its_row() throws IOException {
        String docs = Files.readString(DOCS);
        for (TlsReason reason : TlsReason.values()) {
            assertThat(docs).contains("| `" + reason + "` | ").contains(" | " + reason.remedy() + " |");
        }
    }
}
