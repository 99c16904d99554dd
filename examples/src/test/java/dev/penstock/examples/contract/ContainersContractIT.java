package dev.penstock.examples.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

/** The contract on the servers of examples/compose, and what that file promises of them. Part of the build with {@code -Pcontainers}. */
@Tag("containers")
class ContainersContractIT extends BehaviourContract {
    @Override
    Servers start() throws Exception {
        return ComposeServers.start();
    }

    private ComposeServers composed() {
        return (ComposeServers) servers();
    }

    @Test
    void the_servers_are_not_root_have_no_capability_and_cannot_change_their_image() throws Exception {
        for (GenericContainer<?> server : composed().containers()) {
            assertThat(said(server, "id -un; grep CapBnd /proc/1/status"))
                    .isEqualTo("postgres\nCapBnd:\t0000000000000000");
            assertThat(said(server, "touch /etc/changed 2>&1")).contains("Read-only file system");
        }
    }

    @Test
    void the_replica_streams_over_tls_from_a_server_whose_name_it_verifies_and_by_its_slot() throws Exception {
        assertThat(servers()
                        .onPrimary(
                                "select usename, ssl, slot_name from pg_stat_replication join pg_stat_ssl using (pid)"
                                        + " join pg_replication_slots on active_pid = pid"))
                .isEqualTo("replicator|t|replica");
        assertThat(servers().onReplica("select conninfo from pg_stat_wal_receiver"))
                .contains("sslmode=verify-full", "host=primary")
                .doesNotContain("password");
    }

    @Test
    void no_password_is_in_a_containers_variables_command_line_or_log() throws Exception {
        List<String> passwords = passwords();
        assertThat(passwords).hasSize(5).allMatch(password -> password.length() > 10);
        for (GenericContainer<?> server : composed().containers()) {
            InspectContainerResponse seen = server.getContainerInfo();
            List<String> texts = new ArrayList<>(List.of(server.getLogs(), said(server, "cat /proc/[0-9]*/cmdline")));
            texts.addAll(Arrays.asList(seen.getConfig().getEnv()));
            texts.addAll(Arrays.asList(seen.getArgs()));
            assertThat(texts).noneMatch(text -> passwords.stream().anyMatch(text::contains));
        }
    }

    private List<String> passwords() throws IOException {
        List<String> passwords = new ArrayList<>();
        try (Stream<Path> files = Files.list(composed().project().secrets())) {
            for (Path file : files.filter(one -> one.toString().endsWith("_pw")).toList()) {
                passwords.add(Files.readString(file).strip());
            }
        }
        return passwords;
    }

    private static String said(GenericContainer<?> container, String script) throws IOException, InterruptedException {
        return container.execInContainer("/bin/sh", "-c", script).getStdout().strip();
    }
}
