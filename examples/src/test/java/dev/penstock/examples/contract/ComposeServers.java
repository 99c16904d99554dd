package dev.penstock.examples.contract;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;

/** The primary and the replica of examples/compose/compose.yaml in containers. */
final class ComposeServers implements Servers {
    private static final int PORT = 5432;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Map<String, String> SECRETS = Map.of(
            "appuser", "postgres_app_user_pw",
            "backupuser", "postgres_app_ro_pw",
            "migrator", "postgres_migration_user_pw");

    private final ComposeProject project;
    private final GenericContainer<?> primary;
    private final GenericContainer<?> replica;

    private ComposeServers(ComposeProject project, GenericContainer<?> primary, GenericContainer<?> replica) {
        this.project = project;
        this.primary = primary;
        this.replica = replica;
    }

    /** Returns when the replica streams. */
    static ComposeServers start() throws IOException, InterruptedException {
        return start(new ComposeProject());
    }

    /** The same in {@code project}, which is closed with them, or when they do not start. */
    static ComposeServers start(ComposeProject project) throws InterruptedException {
        try {
            ComposeServers servers =
                    new ComposeServers(project, project.start("primary", PORT), project.start("replica", PORT));
            await("a streaming replica")
                    .atMost(LIMIT)
                    .until(() -> servers.onPrimary("select state from pg_stat_replication")
                            .equals("streaming"));
            return servers;
        } catch (RuntimeException | InterruptedException | Error e) {
            try (ComposeProject failed = project) {
                throw e;
            }
        }
    }

    ComposeProject project() {
        return project;
    }

    List<GenericContainer<?>> containers() {
        return List.of(primary, replica);
    }

    @Override
    public String primary() {
        return endpoint(primary);
    }

    @Override
    public String replica() {
        return endpoint(replica);
    }

    private static String endpoint(GenericContainer<?> container) {
        return "localhost:" + container.getMappedPort(PORT);
    }

    @Override
    public Path caFile() {
        return project.secrets().resolve("ca.crt");
    }

    @Override
    public Path secretFile(String role) {
        return project.secrets().resolve(SECRETS.get(role));
    }

    @Override
    public String onPrimary(String sql) throws IOException, InterruptedException {
        return run(primary, sql);
    }

    @Override
    public String onReplica(String sql) throws IOException, InterruptedException {
        return run(replica, sql);
    }

    private static String run(GenericContainer<?> container, String sql) throws IOException, InterruptedException {
        ExecResult result =
                container.execInContainer("psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", "appdb", "-c", sql);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(sql + ": " + result.getStderr());
        }
        return result.getStdout().strip();
    }

    @Override
    public void killPrimary() {
        project.engine().client().killContainerCmd(primary.getContainerId()).exec();
        await().atMost(LIMIT).until(() -> !primary.isRunning());
    }

    @Override
    public void promoteReplica() throws IOException, InterruptedException {
        onReplica("select pg_promote()");
    }

    @Override
    public void close() {
        project.close();
    }
}
