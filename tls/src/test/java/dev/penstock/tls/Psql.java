package dev.penstock.tls;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * libpq itself, through {@code psql}: the judge of what a mode means. A machine without it skips the rows that it judges, which CI
 * takes for a failure.
 */
final class Psql {
    private Psql() {}

    /** Its version, such as {@code psql (PostgreSQL) 15.18}; the test that asks is skipped where there is none. */
    static String version() {
        try {
            Process process = new ProcessBuilder("psql", "--version").start();
            String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assumeTrue(process.waitFor() == 0 && !version.isEmpty(), "psql does not run");
            return version;
        } catch (IOException absent) {
            return abort("psql is not on this machine");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** @param ca the {@code sslrootcert}; {@code null} for none, with a home directory that has none either */
    static boolean connects(String mode, int port, Path ca, Path emptyHome, String password) {
        return connects(
                "host=localhost port=" + port + " sslmode=" + mode + (ca == null ? "" : " sslrootcert=" + ca),
                emptyHome,
                password);
    }

    static boolean connects(String target, Path emptyHome, String password) {
        String whole = target + " dbname=appdb user=appuser gssencmode=disable connect_timeout=10";
        return run(emptyHome, List.of("psql", "-X", "-w", "-c", "select 1", whole), password);
    }

    private static boolean run(Path home, List<String> command, String password) {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
        builder.environment().put("HOME", home.toString());
        builder.environment().put("PGPASSWORD", password);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = builder.start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("psql did not end");
            }
            return process.exitValue() == 0;
        } catch (IOException absent) {
            throw new UncheckedIOException(absent);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    static Path emptyHome(Path directory) {
        try {
            return Files.createDirectories(directory.resolve("home"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
