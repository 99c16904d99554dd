package dev.penstock.benchmarks.peers;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Speaks the PostgreSQL protocol on loopback and has no database behind it: a round trip, and nothing else. */
final class StubServer implements AutoCloseable {
    private static final int BACKLOG = 50;

    private final boolean replica;
    private final ServerSocket listener;
    private final Set<Socket> sessions = ConcurrentHashMap.newKeySet();

    private StubServer(boolean replica) throws IOException {
        this.replica = replica;
        this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    }

    /** @param replica whether it says that it is one */
    static StubServer start(boolean replica) throws IOException {
        StubServer server = new StubServer(replica);
        thread("acceptor", server::accept).start();
        return server;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sessions.add(socket);
                thread("session", () -> serve(socket)).start();
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new StubSession(
                            new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                            socket.getOutputStream(),
                            replica)
                    .serve();
        } catch (IOException e) {
            if (!listener.isClosed() && !socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            sessions.remove(socket);
        }
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, "stub-server-" + name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket session : sessions) {
                session.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
