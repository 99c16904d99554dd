package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.observe.RouteReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/routing.md names every reason, in the order in which they are declared, and no other. */
class RoutingPageTest {
    private static final Pattern ROW = Pattern.compile("^\\| `([A-Z_]+)` \\|", Pattern.MULTILINE);

    @Test
    void the_page_has_a_row_for_each_reason() throws IOException {
        Path page = Path.of("").toAbsolutePath().getParent().resolve("docs/routing.md");
        List<String> rows = ROW.matcher(Files.readString(page))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(RouteReason.values()).map(Enum::name).toList());
    }
}
