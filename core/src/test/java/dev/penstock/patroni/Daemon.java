package dev.penstock.patroni;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that runs until it is ended, and writes a log. */
final class Daemon {
    private static final int LINES = 60;

    private final String name;
    private final Path log;
    private final Process process;

    private Daemon(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Appends to {@code log}. */
    static Daemon start(String name, Account account, Path home, Path log, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(account.command(command))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("PG") || key.startsWith("PATRONI"));
        builder.environment().put("HOME", home.toString());
        return new Daemon(name, log, builder.start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM; returns when it has ended. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(name + " did not stop.\n" + tail());
        }
    }

    /** SIGKILL to it and its children; returns when it has ended. */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** The end of its log. */
    String tail() {
        return "--- " + name + "\n" + tail(log);
    }

    static String tail(Path log) {
        if (!Files.exists(log)) {
            return "(no log)";
        }
        try (Stream<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines()) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - LINES), all.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e + ")";
        }
    }
}
