package dev.penstock.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** libpq itself, through {@code psql}, where the machine has it: the judge of what a mode means. */
final class Psql {
    private Psql() {}

    static boolean isHere() {
        return run(Path.of("/"), List.of("psql", "--version"), "");
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
            if (command.contains("--version")) {
                return false;
            }
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
