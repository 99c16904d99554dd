package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JVMs that end without close, in a JVM of their own. */
@Timeout(60)
class AbandonedClusterIT {
    /** Starts a cluster, says where, and waits; with an argument also suspends the primary. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws Exception {
            PostgresCluster cluster = PostgresCluster.builder().start();
            if (arguments.length > 0) {
                cluster.primary().suspend();
            }
            System.out.println(cluster.directory());
            Thread.currentThread().join();
        }
    }

    private record Child(Process process, Path directory) {}

    private static Child start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(hearingInterrupts());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")
                        .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator),
                Victim.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String directory = output.readLine();
        assertThat(directory).as("the child's first line").isNotNull();
        return new Child(process, Path.of(directory));
    }

    /** A build that runs in the background ignores SIGINT, and its children inherit that. */
    private static List<String> hearingInterrupts() {
        return System.getProperty("os.name").equals("Linux") ? List.of("env", "--default-signal=INT") : List.of();
    }

    private static void signal(String signal, Child child) throws InterruptedException {
        Command.run("kill", "-" + signal, String.valueOf(child.process.pid()));
        assertThat(child.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_terminated_or_interrupted_jvm_leaves_nothing() throws Exception {
        for (String signal : List.of("TERM", "INT")) {
            Child child = start();
            assertThat(ProcessTree.startedIn(child.directory)).hasSize(2);
            signal(signal, child);
            assertThat(child.directory).doesNotExist();
            assertThat(ProcessTree.startedIn(child.directory)).isEmpty();
        }
    }

    @Test
    void what_a_killed_jvm_left_is_swept_by_the_next_start() throws Exception {
        Child child = start("suspend the primary");
        signal("KILL", child);
        List<ProcessTree> orphans = ProcessTree.startedIn(child.directory);
        assertThat(orphans).hasSize(2);

        RunDirectory.create(Workspace.open()).close(false);

        assertThat(child.directory).doesNotExist();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> orphans.stream().noneMatch(orphan -> ProcessTree.isRunning(orphan.postmaster())));
    }

    @Test
    void the_cluster_of_a_living_jvm_is_left_alone() throws Exception {
        Child child = start();
        try {
            RunDirectory.create(Workspace.open()).close(false);
            assertThat(child.directory).exists();
            assertThat(ProcessTree.startedIn(child.directory)).hasSize(2);
        } finally {
            signal("TERM", child);
        }
    }

    @Test
    void a_process_that_is_not_a_servers_is_never_killed() throws Exception {
        Path run = Files.createDirectories(
                Workspace.open().runs().get(0).resolve("run-0-dead-1").resolve("node-1/data"));
        Process bystander = new ProcessBuilder("sleep", "60").start();
        Files.writeString(run.resolve("postmaster.pid"), bystander.pid() + "\n" + run + "\n");
        try {
            RunDirectory.create(Workspace.open()).close(false);
            assertThat(run).doesNotExist();
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    void a_killed_servers_shared_memory_is_released_by_close() {
        PostgresCluster cluster = PostgresCluster.builder().replicas(0).start();
        String[] keyAndId = PidFile.read(cluster.primary().data().path())
                .orElseThrow()
                .sharedMemory()
                .split("\\s+");
        cluster.primary().kill();
        assertThat(segments()).contains(keyAndId[1]);
        cluster.close();
        assertThat(segments()).doesNotContain(keyAndId[1]);
    }

    private static List<String> segments() {
        return Command.run("ipcs", "-m")
                .output()
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1)
                .map(words -> words[1])
                .toList();
    }
}
