package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the builder can say, as the started servers report it. */
class PostgresClusterBuilderIT {
    @Test
    void settings_lower_than_the_template_reach_primary_and_replica() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder()
                .setting("max_connections", "12")
                .setting("work_mem", "7MB")
                .start()) {
            for (PostgresNode node : cluster.nodes()) {
                assertThat(node.execute("select current_setting('max_connections'), current_setting('work_mem')"))
                        .containsExactly(List.of("12", "7MB"));
            }
        }
    }

    @Test
    void a_primary_alone_and_fixed_ports_and_lines_of_hba() throws Exception {
        int port = Ports.free(1).get(0);
        try (PostgresCluster cluster = PostgresCluster.builder()
                .replicas(0)
                .ports(port)
                .hba("host all appuser all reject")
                .start()) {
            assertThat(cluster.primary().port()).isEqualTo(port);
            assertThat(cluster.replicas()).isEmpty();
            cluster.awaitReplicas();
            assertThatThrownBy(() -> cluster.primary().connect("appuser")).hasMessageContaining("pg_hba.conf rejects");
            assertThat(cluster.primary().jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:" + port + "/appdb");
        }
    }

    @Test
    void a_commit_waits_for_the_synchronous_replica() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder()
                .replicas(2)
                .synchronousReplicas("node-2")
                .start()) {
            assertThat(cluster.primary()
                            .execute("select application_name, sync_state from pg_stat_replication order by 1"))
                    .containsExactly(List.of("node-2", "sync"), List.of("node-3", "async"));
            cluster.primary().stop();
            cluster.node(1).promote();
            cluster.node(1).execute("create table t (id int)");
        }
    }

    @Test
    void a_failed_start_says_what_the_server_said_and_leaves_nothing() {
        List<Path> before = runs();
        assertThatThrownBy(() -> PostgresCluster.builder()
                        .setting("shared_preload_libraries", "no_such_library")
                        .start())
                .isInstanceOf(PostgresClusterException.class)
                .hasMessageContaining("node-1")
                .hasMessageContaining("could not access file \"no_such_library\"");
        assertThat(runs()).isEqualTo(before);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("penstock-testkit"));
    }

    /** The run directories of this JVM; others may start and end clusters meanwhile. */
    private static List<Path> runs() {
        String own = "run-" + ProcessHandle.current().pid() + "-";
        return Workspace.open().runs().stream()
                .flatMap(PostgresClusterBuilderIT::list)
                .filter(run -> run.getFileName().toString().startsWith(own))
                .toList();
    }

    private static Stream<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList().stream();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void close_leaves_no_process_no_directory_no_port_and_no_thread() throws Exception {
        PostgresCluster cluster = PostgresCluster.builder().start();
        Path directory = cluster.directory();
        int port = cluster.primary().proxy().port();
        cluster.node(1).suspend();
        cluster.close();
        cluster.close();
        assertThat(ProcessTree.startedIn(directory)).isEmpty();
        assertThat(directory).doesNotExist();
        for (int used : List.of(port, cluster.node(0).port(), cluster.node(1).port())) {
            assertThatThrownBy(() -> new java.net.Socket("localhost", used).close())
                    .hasMessageContaining("refused");
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("penstock"));
    }

    @Test
    void a_kept_directory_stays_with_its_logs() throws Exception {
        PostgresCluster cluster =
                PostgresCluster.builder().replicas(0).keepDirectory().start();
        cluster.close();
        assertThat(cluster.directory().resolve("node-1/server.log")).content().contains("ready to accept connections");
        assertThat(ProcessTree.startedIn(cluster.directory())).isEmpty();
        RunDirectory.create(Workspace.open()).close(false);
        assertThat(cluster.directory()).exists();
        FileTree.delete(cluster.directory());
    }

    @Test
    void binaries_that_do_not_run_are_an_error_that_says_what_was_tried(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> PostgresCluster.builder().binaries(empty).start())
                .isInstanceOf(PostgresClusterException.class)
                .hasMessageContaining("configured " + empty + ": there is no executable `postgres`");
        for (String program : List.of("postgres", "initdb")) {
            Files.writeString(empty.resolve(program), "#!/bin/sh\necho broken >&2; exit 3\n");
            Files.setPosixFilePermissions(
                    empty.resolve(program), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertThatThrownBy(() -> PostgresCluster.builder().binaries(empty).start())
                .isInstanceOf(PostgresClusterException.class)
                .hasMessageContaining("does not run here")
                .hasMessageContaining("broken");
    }

    @Test
    void ports_that_do_not_match_the_nodes_are_refused() {
        assertThatThrownBy(
                        () -> PostgresCluster.builder().replicas(2).ports(1, 2).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 nodes");
    }

    @Test
    void a_port_that_is_taken_is_said_to_be() throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> PostgresCluster.builder()
                            .replicas(0)
                            .ports(taken.getLocalPort())
                            .start())
                    .isInstanceOf(PostgresClusterException.class)
                    .hasMessageContaining("Address already in use");
        }
    }
}
