package dev.penstock.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A postmaster and its children, as one thing to stop, continue and kill. Every child is a process group of its own, so
 * the parent link is what holds them together.
 */
record ProcessTree(ProcessHandle postmaster) {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    void signalPostmaster(String signal) {
        signal(signal, List.of(postmaster));
    }

    /** SIGSTOP; the postmaster first, so that no child is born meanwhile. */
    void suspend() {
        signalPostmaster("STOP");
        signal("STOP", postmaster.descendants().toList());
    }

    void resume() {
        signal("CONT", all());
    }

    /** SIGKILL; returns when none of them runs. */
    void kill() {
        signalPostmaster("STOP");
        List<ProcessHandle> doomed = all();
        signal("KILL", doomed);
        Deadline.in(LIMIT)
                .require(() -> doomed.stream().noneMatch(ProcessTree::isRunning), () -> "could not kill " + doomed);
    }

    private List<ProcessHandle> all() {
        return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    }

    /** Alive, and not a zombie that an init process without the habit of reaping keeps: that has no command line. */
    static boolean isRunning(ProcessHandle process) {
        return process.isAlive()
                && (process.info().command().isPresent()
                        || process.info().arguments().isPresent()
                        || process.info().commandLine().isPresent());
    }

    /** The processes whose command line names something inside this directory: what an earlier JVM started there. */
    static List<ProcessTree> startedIn(Path directory) {
        String inside = directory + "/";
        return ProcessHandle.allProcesses()
                .filter(process -> mentions(process, inside))
                .map(ProcessTree::new)
                .toList();
    }

    static boolean mentions(ProcessHandle process, String text) {
        Optional<String[]> arguments = process.info().arguments();
        return arguments.isPresent()
                ? Arrays.stream(arguments.get()).anyMatch(argument -> argument.startsWith(text))
                : process.info()
                        .commandLine()
                        .filter(line -> line.contains(text))
                        .isPresent();
    }

    private static void signal(String signal, List<ProcessHandle> processes) {
        if (processes.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes.forEach(process -> command.add(String.valueOf(process.pid())));
        Command.Result result = Command.run(command);
        // A child that has ended meanwhile is no failure.
        if (!result.succeeded() && processes.stream().anyMatch(ProcessTree::isRunning) && result.exitCode() == 127) {
            throw new PostgresClusterException(result.summary());
        }
    }
}
