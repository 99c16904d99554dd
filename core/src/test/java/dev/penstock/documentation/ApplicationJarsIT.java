package dev.penstock.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an application gets with {@code penstock-core}, as the build has written it down, is what the pages say. */
class ApplicationJarsIT {
    @Test
    void the_page_lists_every_jar_with_version_and_size() throws IOException {
        List<String> rows = Pages.text(Pages.ROOT.resolve("docs/compatibility.md"))
                .lines()
                .filter(line -> line.endsWith(" KB |"))
                .map(line -> line.split(" *\\| *"))
                .map(cells -> "%s-%s.jar %s".formatted(cells[1].replaceAll("`|.*:", ""), cells[2], cells[4]))
                .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(jars().filter(jar -> !isOurs(jar))
                        .map(jar -> jar.getFileName() + " " + Math.round(size(jar) / 1e3) + " KB")
                        .toList());
    }

    @Test
    void the_pages_say_how_many_jars_and_megabytes_those_are() throws IOException {
        long megabytes = Math.round(jars().mapToLong(ApplicationJarsIT::size).sum() / 1e6);
        double foreign = jars().filter(jar -> !isOurs(jar))
                .mapToLong(ApplicationJarsIT::size)
                .sum();

        assertThat(Pages.text(Pages.ROOT.resolve("README.md")))
                .contains("%d jars of %d MB".formatted(jars().count(), megabytes));
        assertThat(Pages.text(Pages.ROOT.resolve("docs/compatibility.md")))
                .contains("jars below are %.1f MB".formatted(foreign / 1e6));
    }

    /** The module's own jar, and its runtime class path. */
    private static Stream<Path> jars() throws IOException {
        Properties built = new Properties();
        try (InputStream in = Files.newInputStream(Path.of("target/classes/dev/penstock/version.properties"))) {
            built.load(in);
        }
        Path own = Path.of("target", "penstock-core-" + built.getProperty("version") + ".jar");
        String libraries = Files.readString(Path.of("target", "application.classpath"));
        return Stream.concat(
                Stream.of(own),
                Stream.of(libraries.strip().split(File.pathSeparator)).map(Path::of));
    }

    private static boolean isOurs(Path jar) {
        return jar.getFileName().toString().startsWith("penstock-");
    }

    private static long size(Path jar) {
        try {
            return Files.size(jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
