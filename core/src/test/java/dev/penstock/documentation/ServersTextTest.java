package dev.penstock.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No source takes a server's text by another way than {@code ServerText}. */
class ServersTextTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/penstock");

    /** Where the text is our own: passwords and certificates, a second exception for a second caller, and the one place itself. */
    private static final List<String> OUR_OWN =
            List.of("connect/Identity.java", "observe/ConnectFailedException.java", "connect/FirstAnswer.java");

    private static final Pattern CAUGHT = Pattern.compile(
            "catch \\((?:[A-Za-z]+ \\| )*SQLException(?: \\| [A-Za-z]+)* (\\w+)\\) \\{(?:(?!\\n {4,12}\\}).)*?"
                    + "LOG\\s*\\.\\w+\\((?:(?!;\\n).)*, \\1\\);",
            Pattern.DOTALL);

    @Test
    void a_message_of_an_exception_is_not_taken_as_it_is() {
        assertThat(found(Pattern.compile("\\w+(\\.|::)getMessage\\b"))).isEmpty();
    }

    @Test
    void an_exception_of_the_driver_is_not_logged_as_it_is() {
        assertThat(found(CAUGHT)).isEmpty();
    }

    private static List<String> found(Pattern wrong) {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(SOURCES::relativize)
                    .filter(file -> !file.startsWith("config") && !OUR_OWN.contains(file.toString()))
                    .flatMap(file -> wrong.matcher(read(file))
                            .results()
                            .map(MatchResult::group)
                            .map(hit -> file + ": " + hit))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(SOURCES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
