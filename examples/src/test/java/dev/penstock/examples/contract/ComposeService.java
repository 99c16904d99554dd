package dev.penstock.examples.contract;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One service of the file, and the container that Compose would make of it. A key that is neither carried over nor known to be
 * somebody else's is an error: the tests must not run on another container than the one that the file describes.
 */
record ComposeService(String name, Map<String, Object> keys, ComposeFile file) {
    /**
     * {@code image}, {@code networks}, {@code ports} and {@code healthcheck} are taken up by {@link ComposeProject}; the order of the
     * starts is the test's own, and what a test has killed must stay dead.
     */
    private static final Set<String> ELSEWHERE =
            Set.of("image", "build", "networks", "ports", "healthcheck", "depends_on", "restart", "stop_grace_period");

    String image() {
        return keys.get("image").toString();
    }

    Map<String, Object> build() {
        return ComposeFile.map(keys.get("build"));
    }

    /** The command whose success means that it is healthy, without {@code CMD}. */
    List<String> healthCheck() {
        List<String> test =
                ComposeFile.list(ComposeFile.map(keys.get("healthcheck")).get("test"));
        return test.subList(1, test.size());
    }

    /** Makes {@code container} what this service says. */
    void describe(CreateContainerCmd container) {
        HostConfig host = container.getHostConfig();
        List<Bind> mounts = new ArrayList<>();
        keys.forEach((key, value) -> {
            switch (key) {
                case "user" -> container.withUser(value.toString());
                case "entrypoint" -> container.withEntrypoint(ComposeFile.list(value));
                case "command" -> container.withCmd(ComposeFile.list(value));
                case "environment" -> container.withEnv(environment());
                case "stop_signal" -> container.withStopSignal(value.toString());
                case "read_only" -> host.withReadonlyRootfs((Boolean) value);
                case "cap_drop" -> host.withCapDrop(capabilities(value));
                case "security_opt" -> host.withSecurityOpts(ComposeFile.list(value));
                case "shm_size" -> host.withShmSize(bytes(value.toString()));
                case "tmpfs" -> host.withTmpFs(memory(value));
                case "secrets" -> mounts.addAll(secrets());
                case "volumes" -> mounts.addAll(directories());
                default -> {
                    if (!ELSEWHERE.contains(key)) {
                        throw new IllegalStateException(name + "." + key + " is not carried over to the container");
                    }
                }
            }
        });
        host.withBinds(mounts);
        container.withVolumes(volumes());
    }

    private List<String> environment() {
        return ComposeFile.map(keys.getOrDefault("environment", Map.of())).entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static Capability[] capabilities(Object value) {
        return ComposeFile.list(value).stream().map(Capability::valueOf).toArray(Capability[]::new);
    }

    private static long bytes(String size) {
        return Long.parseLong(size.replace("mb", "")) * 1024 * 1024;
    }

    /** {@code path:options} each. */
    private static Map<String, String> memory(Object value) {
        Map<String, String> mounts = new LinkedHashMap<>();
        for (String entry : ComposeFile.list(value)) {
            int colon = entry.indexOf(':');
            mounts.put(entry.substring(0, colon), entry.substring(colon + 1));
        }
        return mounts;
    }

    private List<Bind> secrets() {
        return ((List<?>) keys.get("secrets"))
                .stream()
                        .map(secret -> secret instanceof Map<?, ?> renamed
                                ? mounted(
                                        renamed.get("source").toString(),
                                        renamed.get("target").toString())
                                : mounted(secret.toString(), secret.toString()))
                        .toList();
    }

    private Bind mounted(String secret, String target) {
        return readOnly(file.secret(secret), "/run/secrets/" + target);
    }

    private List<Bind> directories() {
        return ComposeFile.list(keys.get("volumes")).stream()
                .map(volume -> volume.split(":", -1))
                .filter(parts -> parts[0].startsWith("."))
                .map(parts -> readOnly(file.path(parts[0]), parts[1]))
                .toList();
    }

    private static Bind readOnly(Path source, String target) {
        return new Bind(source.toString(), new Volume(target), AccessMode.ro);
    }

    /** Those with a name have none here, so that they go with their container. */
    private List<Volume> volumes() {
        return ComposeFile.list(keys.getOrDefault("volumes", List.of())).stream()
                .map(volume -> volume.split(":", -1))
                .filter(parts -> !parts[0].startsWith("."))
                .map(parts -> new Volume(parts[1]))
                .toList();
    }
}
