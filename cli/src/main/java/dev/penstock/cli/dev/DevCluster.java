package dev.penstock.cli.dev;

import dev.penstock.cli.cluster.AnnouncedStart;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A cluster on fixed ports that lives until this thread is interrupted. */
public final class DevCluster {
    private final int[] ports;
    private final boolean tls;

    /** @param ports one per node, the primary's first */
    public DevCluster(int[] ports, boolean tls) {
        this.ports = ports.clone();
        this.tls = tls;
    }

    /**
     * Prints the variables on {@code out} as a shell reads them, and stays.
     *
     * @return 1 when a port cannot be used; otherwise it does not return normally
     * @throws InterruptedException when asked to end; everything is removed then
     */
    public int run(PrintStream out, PrintStream err) throws InterruptedException {
        for (int port : ports) {
            Optional<String> obstacle = obstacle(port);
            if (obstacle.isPresent()) {
                err.println("penstock dev: cannot listen on port " + port + ": " + obstacle.get()
                        + "; choose others with --port");
                return 1;
            }
        }
        try {
            serve(out, new AnnouncedStart(err));
        } catch (InterruptedException e) {
            out.println("# Stopped; servers and data are removed.");
            throw e;
        }
        return 0;
    }

    private void serve(PrintStream out, AnnouncedStart start) throws InterruptedException {
        PostgresClusterBuilder wanted =
                PostgresCluster.builder().replicas(ports.length - 1).tls(tls).ports(ports);
        try (PostgresCluster cluster = start.of(wanted::start)) {
            Variables.of(cluster, tls).lines().forEach(out::println);
            out.flush();
            new CountDownLatch(1).await();
        }
    }

    /** The servers listen on both loopback addresses; a machine may have no IPv6. */
    private static Optional<String> obstacle(int port) {
        Optional<String> obstacle = failureToListen("127.0.0.1", port);
        boolean hasIpv6 = failureToListen("::1", 0).isEmpty();
        return obstacle.isEmpty() && hasIpv6 ? failureToListen("::1", port) : obstacle;
    }

    private static Optional<String> failureToListen(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
