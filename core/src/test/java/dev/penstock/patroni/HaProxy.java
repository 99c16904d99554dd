package dev.penstock.patroni;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real HAProxy with a port for whoever is primary and one for the replicas, as Patroni's own example has it. */
public final class HaProxy implements AutoCloseable {
    private final Daemon daemon;
    private final int primaryPort;
    private final int replicasPort;

    private HaProxy(Daemon daemon, int primaryPort, int replicasPort) {
        this.daemon = daemon;
        this.primaryPort = primaryPort;
        this.replicasPort = replicasPort;
    }

    static HaProxy start(Account account, Path home, List<PatroniNode> nodes) throws IOException {
        List<Integer> ports = Ports.free(2);
        Path settings = account.file(
                home.resolve("haproxy.cfg"),
                DEFAULTS
                        + backend("primary", ports.get(0), "/primary", nodes)
                        + backend("replicas", ports.get(1), "/replica", nodes));
        String program = Files.isExecutable(Programs.SYSTEM.resolve("haproxy"))
                ? Programs.SYSTEM.resolve("haproxy").toString()
                : "haproxy";
        Daemon daemon = Daemon.start(
                "haproxy",
                account,
                home,
                home.resolve("haproxy.log"),
                List.of(program, "-db", "-f", settings.toString()));
        HaProxy proxy = new HaProxy(daemon, ports.get(0), ports.get(1));
        try {
            await("haproxy").atMost(Duration.ofSeconds(30)).until(() -> proxy.isOpen(ports.get(1)));
            return proxy;
        } catch (RuntimeException e) {
            e.addSuppressed(new IllegalStateException(daemon.tail()));
            daemon.kill();
            throw e;
        }
    }

    private static final String DEFAULTS = """
            global
                maxconn 200
            defaults
                mode tcp
                timeout connect 2s
                timeout client 1h
                timeout server 1h
                timeout check 2s
            """;

    private static String backend(String name, int port, String check, List<PatroniNode> nodes) {
        StringBuilder text = new StringBuilder("""
                listen %s
                    bind 127.0.0.1:%d
                    option httpchk GET %s
                    http-check expect status 200
                    default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
                """.formatted(name, port, check));
        for (PatroniNode node : nodes) {
            text.append(
                    "    server %s 127.0.0.1:%d check port %d%n".formatted(node.name(), node.port(), node.restPort()));
        }
        return text.toString();
    }

    private boolean isOpen(int port) {
        if (!daemon.isAlive()) {
            throw new IllegalStateException("haproxy has ended\n" + daemon.tail());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** {@code host:port} that leads to the primary. */
    public String primary() {
        return "127.0.0.1:" + primaryPort;
    }

    /** {@code host:port} that leads to one of the replicas. */
    public String replicas() {
        return "127.0.0.1:" + replicasPort;
    }

    @Override
    public void close() {
        daemon.kill();
    }
}
