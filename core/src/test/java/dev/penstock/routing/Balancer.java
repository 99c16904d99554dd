package dev.penstock.routing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** One address in front of two servers, as a load balancer is: the first connection goes to the first server, all later ones to the second. */
final class Balancer implements AutoCloseable {
    private final ServerSocket listener;
    private final int first;
    private final int later;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    Balancer(int first, int later) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        this.first = first;
        this.later = later;
        start(this::accept);
    }

    String endpoint() {
        return "localhost:" + listener.getLocalPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private void start(Work work) {
        Thread thread = new Thread(() -> runUntilClosed(work), "balancer");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Either end of either socket ends the work. */
    private void runUntilClosed(Work work) {
        try {
            work.run();
        } catch (IOException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Socket server =
                    new Socket(InetAddress.getByName("127.0.0.1"), accepted.getAndIncrement() == 0 ? first : later);
            sockets.add(client);
            sockets.add(server);
            start(() -> pump(client, server));
            start(() -> pump(server, client));
        }
    }

    private static void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
