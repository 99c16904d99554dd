package dev.penstock.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs short external programs: {@code initdb}, {@code kill}, {@code ipcrm}. */
final class Command {
    private static final long LIMIT_SECONDS = 60;

    private Command() {}

    /** What a program said (standard output and error together) and how it ended. */
    record Result(List<String> command, int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }

        String summary() {
            return String.join(" ", command) + ": exit " + exitCode + (output.isBlank() ? "" : ": " + output.strip());
        }
    }

    /** Runs to the end. A program that cannot be started is a result too (exit 127), with the reason as its output. */
    static Result run(List<String> command, Path input) {
        try {
            Process process = builder(command).redirectInput(input.toFile()).start();
            return finish(command, process);
        } catch (IOException e) {
            return new Result(command, 127, String.valueOf(e.getMessage()));
        }
    }

    static Result run(List<String> command) {
        return run(command, Path.of("/dev/null"));
    }

    static Result run(String... command) {
        return run(List.of(command));
    }

    /** A process whose environment holds nothing that changes how PostgreSQL behaves. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PG"));
        environment.put("LC_ALL", "C");
        environment.remove("LD_PRELOAD");
        // libpq looks for certificates there, and gives TLS up when it may not look.
        environment.put("HOME", "/nonexistent");
        return builder.directory(Path.of("/").toFile());
    }

    private static Result finish(List<String> command, Process process) throws IOException {
        try (var output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Result(command, 124, "still running after " + LIMIT_SECONDS + " s");
            }
            return new Result(command, process.exitValue(), text);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return new Result(command, 130, "interrupted");
        }
    }

    /** The last lines of a log, for messages; the reason when it cannot be read. */
    static String tail(Path log, int lines) {
        try {
            List<String> all = Files.exists(log) ? Files.readString(log).lines().toList() : List.of();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "(" + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
