package dev.penstock.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** One run of a server on one data directory, from start to end. */
final class ServerProcess {
    private final Process launched;
    private final Path data;
    private final Path log;

    private ServerProcess(Process launched, Path data, Path log) {
        this.launched = launched;
        this.data = data;
        this.log = log;
    }

    /** Starts; {@link #awaitReady} says whether it came up. Started without {@code pg_ctl}, whose polls take 100 ms each. */
    static ServerProcess launch(ServerBinaries binaries, Path data, Path log) {
        try {
            Process process = Command.builder(binaries.command("postgres", "-D", data.toString()))
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new ServerProcess(process, data, log);
        } catch (IOException e) {
            throw new PostgresClusterException("cannot start a server in " + data, e);
        }
    }

    /** Waits until sessions are accepted; a server that ends or is not ready in time is an exception with its log. */
    void awaitReady(String name, Duration limit) {
        Deadline deadline = Deadline.in(limit);
        boolean decided = deadline.waitFor(() -> !launched.isAlive() || isReady());
        if (decided && launched.isAlive()) {
            return;
        }
        String what =
                launched.isAlive() ? "was not ready within " + limit : "ended with exit code " + launched.exitValue();
        throw new PostgresClusterException(name + " " + what + logTail());
    }

    private boolean isReady() {
        return PidFile.read(data).filter(PidFile::isReady).map(PidFile::pid).stream()
                .anyMatch(pid -> pid == launched.pid() || launched.descendants().anyMatch(child -> child.pid() == pid));
    }

    boolean isRunning() {
        return launched.isAlive();
    }

    void signal(String signal) {
        tree().signalPostmaster(signal);
    }

    void suspend() {
        tree().suspend();
    }

    void resume() {
        tree().resume();
        // `runuser` has stopped itself when it saw its child stopped.
        new ProcessTree(launched.toHandle()).signalPostmaster("CONT");
    }

    void kill() {
        if (launched.isAlive()) {
            tree().kill();
            launched.destroyForcibly();
            awaitEnd(Duration.ofSeconds(10));
        }
    }

    void awaitEnd(Duration limit) {
        Deadline.in(limit)
                .require(() -> !launched.isAlive(), () -> "the server in " + data + " did not stop" + logTail());
    }

    boolean endsWithin(Duration limit) {
        return Deadline.in(limit).waitFor(() -> !launched.isAlive());
    }

    /** A wrapper such as {@code runuser} may stay between us and the postmaster, so the latter is asked by its file. */
    private ProcessTree tree() {
        return new ProcessTree(PidFile.read(data)
                .flatMap(file -> ProcessHandle.of(file.pid()))
                .filter(ProcessHandle::isAlive)
                .orElseGet(launched::toHandle));
    }

    private String logTail() {
        return "; the end of its log:\n" + Command.tail(log, 25);
    }
}
