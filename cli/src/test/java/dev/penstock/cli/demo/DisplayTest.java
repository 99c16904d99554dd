package dev.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisplayTest {
    private static final List<NodeLine> NODES = Stream.of("node-1", "node-2", "node-3", "node-4", "node-5")
            .map(name -> new NodeLine(
                    name, "replica", "suspect", Optional.of(Duration.ofSeconds(100)), true, 30, 123_456, 123_456))
            .toList();

    @ParameterizedTest(name = "table drawn over itself: {0}")
    @ValueSource(booleans = {true, false})
    void every_server_is_shown_and_no_line_is_as_wide_as_100_columns(boolean redraws) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Display display = Display.on(new PrintStream(shown, true, StandardCharsets.UTF_8), redraws);
        display.nodes(Duration.ofSeconds(100), NODES);
        display.event(Duration.ofSeconds(100), "node-1, the primary, is killed (SIGKILL)");
        String text = shown.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9]*[A-Z]", "");
        assertThat(text.lines()).allMatch(line -> line.length() < 100);
        assertThat(text).contains(NODES.stream().map(NodeLine::name).toList());
    }
}
