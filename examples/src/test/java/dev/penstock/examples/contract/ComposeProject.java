package dev.penstock.examples.contract;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/**
 * Services of examples/compose/compose.yaml, run by Testcontainers, with secrets of their own that {@code ./prepare} has made. It differs
 * from Compose in three things: one network that is not internal, a port of 127.0.0.1 for each container, and volumes without names.
 *
 * <p>Nothing outlives it: {@link #close} removes containers, volumes, network, built image and secrets, also those of a start that failed,
 * and a shutdown hook does the same.
 */
final class ComposeProject implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ComposeProject.class.getName());

    /** Instead of the image of the file: a property of the build, without {@code -D}. */
    static final String IMAGE = "penstock.containers.image";

    static final String JAVA_IMAGE = "penstock.containers.java-image";

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Engine engine;
    private final Path secrets;
    private final ComposeFile file;
    private final Network network;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private boolean ended;
    private final Thread hook = new Thread(this::end, "compose-project-end");

    ComposeProject() throws IOException, InterruptedException {
        this(System.getProperty(IMAGE, ""));
    }

    /** @param image of the servers; empty for the one that the file names */
    ComposeProject(String image) throws IOException, InterruptedException {
        engine = Engine.find();
        secrets = Files.createTempDirectory("penstock-compose-");
        Map<String, String> variables = new HashMap<>();
        variables.put("SECRETS", secrets.toString());
        variables.put("POSTGRES_IMAGE", image);
        variables.put("JAVA_IMAGE", System.getProperty(JAVA_IMAGE, ""));
        file = ComposeFile.load(ComposeFile.EXAMPLE, variables);
        network = Network.newNetwork();
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            engine.require(file.service("primary").image(), IMAGE);
            prepare();
        } catch (IOException | RuntimeException | InterruptedException | Error e) {
            close();
            throw e;
        }
    }

    private void prepare() throws IOException, InterruptedException {
        Process prepare = new ProcessBuilder(
                        "/bin/sh", file.path("prepare").toString(), secrets.toString(), "localhost", "127.0.0.1")
                .redirectErrorStream(true)
                .start();
        String said = new String(prepare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!prepare.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS) || prepare.exitValue() != 0) {
            throw new IllegalStateException("compose/prepare failed; it needs openssl. It said: " + said);
        }
    }

    Path secrets() {
        return secrets;
    }

    Engine engine() {
        return engine;
    }

    /**
     * Publishes {@code port} on 127.0.0.1; returns when the service's own health check succeeds. A JVM that is told to end waits for it,
     * to know what is to be removed.
     *
     * @throws IllegalStateException when it does not start, with the end of its log
     */
    synchronized GenericContainer<?> start(String name, int port) throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("the project has ended");
        }
        ComposeService service = file.service(name);
        HealthCheck check = new HealthCheck(service.healthCheck());
        GenericContainer<?> container = new GenericContainer<>(image(service))
                .withNetwork(network)
                .withNetworkAliases(name)
                .withExposedPorts(port)
                .withCreateContainerCmdModifier(service::describe)
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(port))))
                .waitingFor(check.withStartupTimeout(START_LIMIT));
        started.push(container);
        try {
            container.start();
            return container;
        } catch (RuntimeException e) {
            throw new IllegalStateException("the container " + name + " did not start\n" + check.log(), e);
        }
    }

    /** Of a service that is built here, an image that goes with this project. */
    private String image(ComposeService service) throws InterruptedException {
        if (!service.keys().containsKey("build")) {
            return service.image();
        }
        engine.require(
                ComposeFile.map(service.build().get("args")).get("JAVA_IMAGE").toString(), JAVA_IMAGE);
        String tag = "localhost/" + service.image() + ":" + network.getId().substring(0, 12);
        engine.build(service, tag);
        started.push(() -> engine.client().removeImageCmd(tag).withForce(true).exec());
        return tag;
    }

    Network network() {
        return network;
    }

    /** @throws IllegalStateException when something could not be removed; the rest was */
    @Override
    public void close() {
        try {
            end();
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private synchronized void end() {
        ended = true;
        List<Exception> failures = new ArrayList<>();
        while (!started.isEmpty()) {
            remove(started.pop(), failures);
        }
        remove(network, failures);
        remove(() -> delete(secrets), failures);
        if (!failures.isEmpty()) {
            IllegalStateException left = new IllegalStateException("not everything could be removed");
            failures.forEach(left::addSuppressed);
            throw left;
        }
    }

    private static void remove(AutoCloseable one, List<Exception> failures) {
        try {
            one.close();
        } catch (NotFoundException goneAlready) {
            LOG.log(System.Logger.Level.DEBUG, "the shutdown hook of Testcontainers was faster", goneAlready);
        } catch (Exception e) {
            failures.add(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path one : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
