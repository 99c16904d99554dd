package dev.penstock.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./penstock} in a checkout that nothing was built in, with the libraries that this build has already fetched. */
@Timeout(180)
class LauncherIT {
    /** What a path may have in it, apart from the colon, which ends an entry of every class path. */
    @TempDir
    static Path directory;

    private static Path checkout;

    @BeforeAll
    static void copy_what_a_clone_has() throws IOException {
        checkout = directory.resolve("a checkout, v1 (copy)");
        Path root = Path.of("").toAbsolutePath().getParent();
        for (String name : List.of("penstock", "pom.xml", "cli/libraries.txt")) {
            copy(root.resolve(name), checkout.resolve(name));
        }
        for (String module : List.of("tls", "testkit", "core", "cli")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    copy(file, checkout.resolve(root.relativize(file).toString()));
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void two_launches_at_once_build_once_and_later_ones_only_when_a_source_has_changed() throws Exception {
        List<Launch> together = List.of(launch(List.of(), "help"), launch(List.of(), "help"));
        for (Launch launch : together) {
            assertThat(launch.status()).as(launch.err()).isZero();
            assertThat(launch.out()).startsWith("Usage: penstock <command>");
        }
        assertThat(together)
                .filteredOn(launch -> launch.err().contains("penstock: built in"))
                .hasSize(1);

        Launch later = launch(List.of(), "resolve", "--url", "postgresql://app@db/shop");
        assertThat(later.status()).as(later.err()).isZero();
        assertThat(later.err()).isEmpty();

        Files.writeString(checkout.resolve("cli/src/main/java/dev/penstock/cli/Main.java"), "nonsense");
        Launch changed = launch(List.of(), "help");
        assertThat(changed.status()).isEqualTo(1);
        assertThat(changed.err())
                .contains("penstock: the sources of this checkout do not compile:", "Main.java:1: error");
    }

    @Test
    void a_java_that_is_too_old_is_refused_in_one_line() throws Exception {
        Path old = directory.resolve("old/bin/java");
        Files.createDirectories(old.getParent());
        Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();

        Launch launch = launch(List.of("JAVA_HOME=" + directory.resolve("old")), "help");

        assertThat(launch.status()).isEqualTo(1);
        assertThat(launch.err())
                .isEqualTo("penstock: " + old + " is Java 11; Penstock needs a JDK 17 or newer, set JAVA_HOME\n");
    }

    private record Launch(Process process, Path errors, Path output) {
        int status() throws InterruptedException {
            return process.waitFor();
        }

        String err() {
            return read(errors);
        }

        String out() {
            return read(output);
        }

        private String read(Path file) {
            try {
                process.waitFor();
                return Files.readString(file);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Launch launch(List<String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home")));
        command.addAll(environment);
        command.add(checkout.resolve("penstock").toString());
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile(directory, "launch", ".err");
        Path output = Files.createTempFile(directory, "launch", ".out");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(errors.toFile())
                .redirectOutput(output.toFile())
                .start();
        return new Launch(process, errors, output);
    }
}
