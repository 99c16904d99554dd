package dev.penstock.examples.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Network;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/** The test support of {@code -Pcontainers}: it leaves nothing, and what it cannot do it says. */
@Tag("containers")
class ComposeProjectIT {
    private static final int PORT = 5432;

    @Test
    void a_project_leaves_no_container_volume_network_or_file() throws Exception {
        ComposeProject project = new ComposeProject();
        DockerClient engine = project.engine().client();
        List<String> volumes;
        try (project) {
            volumes = volumes(project.start("primary", PORT).getContainerInfo());
            assertThat(volumes)
                    .isNotEmpty()
                    .allSatisfy(volume ->
                            assertThat(engine.inspectVolumeCmd(volume).exec()).isNotNull());
            assertThat(containersAndNetworks(engine)).hasSize(2);
        }
        assertThat(containersAndNetworks(engine)).isEmpty();
        assertThat(volumes)
                .allSatisfy(volume -> assertThatThrownBy(
                                () -> engine.inspectVolumeCmd(volume).exec())
                        .isInstanceOf(NotFoundException.class));
        assertThat(project.secrets()).doesNotExist();
    }

    @Test
    void a_server_that_does_not_start_says_why_and_leaves_nothing() throws Exception {
        ComposeProject project = new ComposeProject();
        DockerClient engine = project.engine().client();
        Files.setPosixFilePermissions(project.secrets().resolve("primary.key"), Set.of());
        assertThatThrownBy(() -> ComposeServers.start(project))
                .hasMessageContaining("the container primary did not start")
                .hasMessageContaining("/run/secrets/server_key")
                .hasMessageContaining("Permission denied");
        assertThat(containersAndNetworks(engine)).isEmpty();
        assertThat(project.secrets()).doesNotExist();
    }

    @Test
    void an_image_that_cannot_be_had_is_an_error_that_names_the_property() {
        String nowhere = "localhost:1/no-such-image:1";
        assertThatThrownBy(() -> new ComposeProject(nowhere))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(nowhere + ", which is not on this machine and cannot be pulled")
                .hasMessageContaining("-Dpenstock.containers.image=");
        assertThat(containersAndNetworks(DockerClientFactory.instance().client()))
                .isEmpty();
    }

    private static List<String> volumes(InspectContainerResponse container) {
        return container.getMounts().stream()
                .map(InspectContainerResponse.Mount::getName)
                .filter(Objects::nonNull)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Of this JVM, running or not. */
    private static List<String> containersAndNetworks(DockerClient engine) {
        Map<String, String> ours =
                Map.of(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL, DockerClientFactory.SESSION_ID);
        Stream<String> containers = engine.listContainersCmd().withShowAll(true).withLabelFilter(ours).exec().stream()
                .map(Container::getId);
        Stream<String> networks = engine.listNetworksCmd().exec().stream()
                .filter(network -> network.getLabels() != null
                        && network.getLabels().entrySet().containsAll(ours.entrySet()))
                .map(Network::getId);
        return Stream.concat(containers, networks).toList();
    }
}
