package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that point to another server later, and names that stand for several. */
class NamesIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final PostgresCluster cluster =
            PostgresCluster.builder().replicas(1).start();
    private final List<TcpProxy> proxies = new ArrayList<>();
    private Process program;
    private volatile String said = "";
    private int port;

    @AfterEach
    void end() throws InterruptedException {
        try (PostgresCluster ended = cluster) {
            if (program != null) {
                program.destroyForcibly().waitFor();
            }
            proxies.forEach(TcpProxy::close);
        }
    }

    /** The two servers on one port of two addresses. */
    private void listen() throws IOException {
        TcpProxy first = TcpProxy.open("localhost", cluster.node(0).port());
        proxies.add(first);
        port = first.port();
        proxies.add(TcpProxy.openAt(
                InetAddress.getByName("127.0.0.2"),
                port,
                "localhost",
                cluster.node(1).port()));
    }

    private Path hosts() {
        return directory.resolve("hosts");
    }

    /** As a whole, so that nobody reads half of it. */
    private void pointTo(String... addresses) throws IOException {
        Path next = directory.resolve("next");
        StringBuilder lines = new StringBuilder("127.0.0.1 localhost\n");
        for (String address : addresses) {
            lines.append(address).append(" db.test\n");
        }
        Files.writeString(next, lines);
        Files.move(next, hosts(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private void run(String discovery) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NamedDatabase.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("DATABASE_URL", "postgresql://appuser@db.test:" + port + "/" + cluster.database());
        environment.put(
                "DATABASE_PASSWORD_FILE_PATH", cluster.secretFile("appuser").toString());
        environment.put("POSTGRES_SSL_MODE", "disable");
        environment.put("DATABASE_DISCOVERY", discovery);
        program = builder.start();
        Thread listening = new Thread(this::listenToProgram, "named-database");
        listening.setDaemon(true);
        listening.start();
    }

    private void listenToProgram() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> said = line);
        } catch (IOException | java.io.UncheckedIOException e) {
            said = "ended: " + e;
        }
    }

    private void awaitSaid(PostgresNode writtenTo, String nodes) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(said).isEqualTo("written to " + writtenTo.port() + ", nodes " + nodes));
    }

    @Test
    void a_name_that_points_to_another_server_is_followed_while_the_old_one_still_serves() throws Exception {
        listen();
        pointTo("127.0.0.1");
        run("static");
        awaitSaid(cluster.node(0), "PRIMARY");
        PostgresNode old = cluster.node(0);
        PostgresNode next = cluster.node(1);
        next.promote();
        pointTo("127.0.0.2");
        awaitSaid(next, "PRIMARY");
        assertThat(old.isRunning()).isTrue();
    }

    @Test
    void every_address_of_a_name_becomes_a_node_and_joins_and_leaves_with_it() throws Exception {
        listen();
        pointTo("127.0.0.1", "127.0.0.2");
        run("dns");
        awaitSaid(cluster.node(0), "PRIMARY REPLICA");
        pointTo("127.0.0.1");
        awaitSaid(cluster.node(0), "PRIMARY");
        pointTo("127.0.0.1", "127.0.0.2");
        awaitSaid(cluster.node(0), "PRIMARY REPLICA");
        assertThat(program.isAlive()).isTrue();
        program.getOutputStream().write('\n');
        program.getOutputStream().flush();
        assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
    }
}
