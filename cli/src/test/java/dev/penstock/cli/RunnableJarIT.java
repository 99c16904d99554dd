package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jar that the build has just made, as {@code java -jar} runs it, with nothing else on the class path. */
@Timeout(120)
class RunnableJarIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "help                                             | 0 | Usage: penstock <command>",
                "demo --help                                      | 0 | Usage: penstock demo",
                "resolve --url postgresql://app@db/shop           | 0 | user                         app                      connection string",
                "plan --offline --url postgresql://app@db/shop    | 0 | The servers were not asked: --offline",
                "tls-check --host localhost --port 1              | 1 | nothing accepts connections there",
            })
    void a_command_does_its_work(String line, int status, String printed) throws Exception {
        Process process = start(line.split(" +"));

        assertThat(new String(process.getInputStream().readAllBytes())).contains(printed);
        assertThat(process.waitFor()).isEqualTo(status);
        assertThat(Files.readString(directory.resolve("err"))).isEmpty();
    }

    @Test
    void dev_starts_a_server_with_the_binaries_in_the_jar() throws Exception {
        Process process = start("dev", "--replicas", "0", "--port", "" + DevIT.freePortWithTheNextOne());

        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine())
                    .as("standard error: %s", Files.readString(directory.resolve("err")))
                    .startsWith("# PostgreSQL: primary on localhost:");
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void the_jar_keeps_the_services_and_the_licences_and_no_foreign_signature() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            List<String> names = jar.stream().map(JarEntry::getName).toList();

            assertThat(names)
                    .contains(
                            "META-INF/services/java.sql.Driver",
                            "META-INF/services/jakarta.validation.spi.ValidationProvider",
                            "META-INF/services/org.slf4j.spi.SLF4JServiceProvider")
                    .noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)"))
                    .noneMatch(name -> name.endsWith("module-info.class"));
            assertThat(text(jar, "META-INF/LICENSE")).contains("PostgreSQL Global Development Group", "Apache License");
            assertThat(text(jar, "META-INF/LICENSE.md")).contains("Bouncy Castle");
            assertThat(text(jar, "META-INF/NOTICE.txt")).contains("Apache Commons Compress", "Apache Commons IO");
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes());
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("penstock-cli-[^/]*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no jar in cli/target: this test runs after package"))
                    .toAbsolutePath();
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }
}
