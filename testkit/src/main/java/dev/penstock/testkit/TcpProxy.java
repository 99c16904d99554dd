package dev.penstock.testkit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback in front of a server, that does to connections what networks do. A fault holds for present and
 * future connections until {@link #heal()}. Bytes pass unchanged and in order; TLS passes too. Thread-safe.
 *
 * <p>What it cannot do is lose packets below TCP: under a black hole a new connection is still accepted, and then gets no
 * answer, like a server behind a load balancer.
 */
public final class TcpProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TcpProxy.class.getName());
    private static final int BACKLOG = 100;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int CAPTURE_LIMIT = 4 << 20;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final InetAddress address;
    private final int port;
    private final ProxyFaults faults = new ProxyFaults();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong clientTurns = new AtomicLong();
    private final AtomicInteger toLose = new AtomicInteger();
    private final Map<Direction, AtomicLong> bytes = new EnumMap<>(
            Map.of(Direction.CLIENT_TO_SERVER, new AtomicLong(), Direction.SERVER_TO_CLIENT, new AtomicLong()));
    private final Map<Direction, ByteArrayOutputStream> captured = new ConcurrentHashMap<>();
    private volatile InetSocketAddress target;
    private volatile boolean closed;

    /** Guarded by {@code this}; null while new connections are refused. */
    private @Nullable Listener listener;

    private record Listener(ServerSocket socket, Thread acceptor) {}

    private TcpProxy(InetSocketAddress target, InetAddress address, int port) {
        this.target = target;
        this.address = address;
        this.port = port;
    }

    /** A proxy on a free port of 127.0.0.1 in front of that server. */
    public static TcpProxy open(String host, int port) {
        return openAt(InetAddress.getLoopbackAddress(), Ports.free(1).get(0), host, port);
    }

    /**
     * A proxy on that loopback address and port, such as 127.0.0.2, in front of the server at {@code host} and {@code port}: so
     * that several servers listen on one port, as the servers behind one name do.
     */
    public static TcpProxy openAt(InetAddress address, int listenPort, String host, int port) {
        if (!address.isLoopbackAddress()) {
            throw new IllegalArgumentException(address + " is not a loopback address");
        }
        TcpProxy proxy = new TcpProxy(new InetSocketAddress(host, port), address, listenPort);
        proxy.listen();
        return proxy;
    }

    /** "localhost", so that a server certificate for it fits the proxy too. */
    public String host() {
        return PostgresNode.HOST;
    }

    /** Where clients connect. */
    public int port() {
        return port;
    }

    /** Every byte arrives that much later, in each direction: a round trip takes twice as long. */
    public void delay(Duration each) {
        faults.delay(each);
    }

    /** At most that many bytes per second, per connection and direction. */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond: " + bytesPerSecond + " is not positive");
        }
        faults.throttle(bytesPerSecond);
    }

    /**
     * Nothing arrives in that direction any more, not even the end of a connection. What was sent meanwhile is delivered by
     * {@link #heal()}, as TCP's retransmission would.
     */
    public void blackHole(Direction direction) {
        faults.shut(direction);
    }

    /** As {@link #blackHole}, in both directions. */
    public void blackHole() {
        blackHole(Direction.CLIENT_TO_SERVER);
        blackHole(Direction.SERVER_TO_CLIENT);
    }

    /**
     * As {@link #blackHole(Direction)}, from the moment when a client sends this text (in one piece, not encrypted). With
     * {@code "COMMIT"} and {@link Direction#SERVER_TO_CLIENT} the commit happens and its reply is lost.
     */
    public void blackHoleOnceSent(String clientText, Direction direction) {
        faults.setTrap(clientText, direction);
    }

    /** Ends every present connection with RST to both sides. New ones are welcome. */
    public void reset() {
        connections.forEach(ProxiedConnection::abort);
        faults.wake();
    }

    /** Ends one direction of every present connection: the receiver sees the end of the stream, the other way stays open. */
    public void halfClose(Direction direction) {
        connections.forEach(connection -> connection.halfClose(direction));
    }

    /** The server loses every present connection, and the clients are not told: what a crashed host or firewall leaves. */
    public void halfOpen() {
        connections.forEach(ProxiedConnection::halfOpen);
    }

    /** As {@link #halfOpen}, for that many of the next connections: they stand, and nothing is ever answered on them. */
    public void halfOpenNext(int connections) {
        toLose.set(connections);
    }

    /**
     * Forgets each connection over which nothing passed for that long, as firewalls and address translation do: neither side is told, and what either
     * sends afterwards is lost.
     */
    public void forgetIdle(Duration after) {
        faults.forgetIdle(after);
    }

    /** New connections go to that server from now on, as those of a load balancer do whose checks have moved it; present ones go on. */
    public void redirect(String host, int port) {
        target = new InetSocketAddress(host, port);
    }

    /** New connections are refused; present ones go on. */
    public synchronized void refuse() {
        if (listener == null) {
            return;
        }
        Listener ended = listener;
        listener = null;
        closeQuietly(ended.socket);
        // A pending accept keeps the socket open in the kernel until it has returned.
        Deadline.in(CLOSE_LIMIT).require(() -> !ended.acceptor.isAlive(), () -> this + " goes on accepting");
    }

    /** Ends every fault. Held bytes are delivered; half-open and forgotten connections are reset, as their next packet would be. */
    public void heal() {
        toLose.set(0);
        connections.stream().filter(ProxiedConnection::isLost).forEach(ProxiedConnection::abort);
        faults.heal();
        listen();
    }

    /** How many connections were accepted so far. */
    public long acceptedConnections() {
        return accepted.get();
    }

    /** How many connections there are now. */
    public int openConnections() {
        return connections.size();
    }

    /** How often a client has begun to speak, first or after an answer: each is at most one round trip. */
    public long clientTurns() {
        return clientTurns.get();
    }

    /** How many bytes were sent in that direction so far, whether they arrived or not. */
    public long bytes(Direction direction) {
        return bytes(direction, 0);
    }

    private long bytes(Direction direction, int more) {
        AtomicLong counter = bytes.get(direction);
        return counter == null ? 0 : counter.addAndGet(more);
    }

    /** From now on keeps what is sent in that direction, up to 4 MiB: what somebody on the wire would see. */
    public void capture(Direction direction) {
        captured.put(direction, new ByteArrayOutputStream());
    }

    /** What was sent in that direction since {@link #capture}, over all connections. */
    public byte[] captured(Direction direction) {
        ByteArrayOutputStream kept = captured.get(direction);
        if (kept == null) {
            throw new IllegalStateException("capture(" + direction + ") was not called");
        }
        synchronized (kept) {
            return kept.toByteArray();
        }
    }

    /** Ends all connections and threads. Safe to call again. */
    @Override
    public void close() {
        closed = true;
        refuse();
        reset();
        faults.heal();
        Deadline deadline = Deadline.in(CLOSE_LIMIT);
        deadline.require(
                () -> {
                    // A connection that was being accepted meanwhile.
                    connections.forEach(ProxiedConnection::abort);
                    return threads.stream().noneMatch(Thread::isAlive);
                },
                () -> "threads of " + this + " do not end: " + List.copyOf(threads));
    }

    @Override
    public String toString() {
        return "proxy localhost:" + port + " to " + target;
    }

    private synchronized void listen() {
        if (listener != null || closed) {
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port), BACKLOG);
            Thread acceptor = thread("acceptor", () -> accept(socket));
            listener = new Listener(socket, acceptor);
            acceptor.start();
        } catch (IOException e) {
            throw new PostgresClusterException("cannot listen on port " + port, e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                if (socket.isClosed()) {
                    closeQuietly(client);
                    return;
                }
                accepted.incrementAndGet();
                thread("connector", () -> connect(client)).start();
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    LOG.log(System.Logger.Level.WARNING, this + " cannot accept", e);
                }
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(target, CONNECT_MILLIS);
            ProxiedConnection connection = new ProxiedConnection(this, client, server);
            connections.add(connection);
            if (toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                connection.halfOpen();
            }
            connection.start();
        } catch (IOException serverIsDown) {
            closeQuietly(client);
            closeQuietly(server);
        }
    }

    // --- for the connections ---

    ProxyFaults faults() {
        return faults;
    }

    boolean isClosed() {
        return closed;
    }

    /** Those that have ended are forgotten by later ones: by itself a thread would be forgotten before it has ended. */
    Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, "penstock-proxy-" + port + " " + name);
        thread.setDaemon(true);
        threads.removeIf(one -> one.getState() == Thread.State.TERMINATED);
        threads.add(thread);
        return thread;
    }

    void count(Direction direction, byte[] content, int length, boolean opensTurn) {
        bytes(direction, length);
        if (opensTurn) {
            clientTurns.incrementAndGet();
        }
        ByteArrayOutputStream kept = captured.get(direction);
        if (kept != null) {
            synchronized (kept) {
                kept.write(content, 0, Math.min(length, CAPTURE_LIMIT - kept.size()));
            }
        }
    }

    void forget(ProxiedConnection connection) {
        connections.remove(connection);
        faults.wake();
    }

    void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, this + ": a socket that is closed anyway", e);
        }
    }
}
