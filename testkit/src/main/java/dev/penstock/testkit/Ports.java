package dev.penstock.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on loopback. They lie below the range from which Linux and macOS take the source ports of outgoing
 * connections: a port of that range could be taken by a test's own connection while its node is stopped.
 */
final class Ports {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 2_000;

    private Ports() {}

    static List<Integer> free(int count) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (int i = 0; i < ATTEMPTS && ports.size() < count; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new PostgresClusterException("no " + count + " free ports between " + LOWEST + " and " + HIGHEST);
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(int port) {
        return loopbackAddresses().stream().allMatch(address -> canListen(address, port));
    }

    /** 127.0.0.1, and ::1 where the machine has IPv6. */
    static List<String> loopbackAddresses() {
        return canListen("::1", 0) ? List.of("127.0.0.1", "::1") : List.of("127.0.0.1");
    }

    private static boolean canListen(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
