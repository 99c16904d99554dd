package dev.penstock.connect;

import dev.penstock.tls.TlsRequestSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One physical connect in progress. It remembers the socket that the driver opens, because closing that socket is the
 * only way to end an attempt at its deadline: pgjdbc's own timeouts bound single reads, not the whole.
 *
 * <p>A host with several addresses has several sockets in the making at once, until one of them stands.
 *
 * <p>pgjdbc takes a socket factory by class name only, so the attempt reaches {@link AttemptSocketFactory} through the
 * thread that connects; the driver opens its sockets on that thread because its {@code loginTimeout} is off.
 */
final class ConnectAttempt {
    private static final ThreadLocal<@Nullable ConnectAttempt> CURRENT = new ThreadLocal<>();

    private final int epoch;
    private final Dialer dialer;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile Supplier<Socket> newSocket = TlsRequestSocket::new;
    private volatile Handshake handshake = Handshake.NONE;
    private volatile @Nullable InetAddress address;
    private @Nullable Thread asking;
    private boolean abandoned;

    ConnectAttempt(int epoch, Dialer dialer) {
        this.epoch = epoch;
        this.dialer = dialer;
    }

    /** What it dials with from now on. */
    void dialsWith(Supplier<Socket> unconnected) {
        newSocket = unconnected;
    }

    /** An unconnected socket to dial with. */
    Socket newSocket() throws IOException {
        return track(newSocket.get());
    }

    /** A connected socket to the node, for the driver, which connects a socket that is not connected by itself. */
    Socket dial() throws IOException {
        Socket connected = dialer.dial(this);
        address = connected.getInetAddress();
        closeAllBut(connected);
        return connected;
    }

    /** A connect to an address that is silent would hold its thread for minutes. */
    private void closeAllBut(Socket connected) {
        List<Socket> others;
        synchronized (this) {
            others = new ArrayList<>(sockets);
            others.remove(connected);
            sockets.retainAll(List.of(connected));
        }
        others.forEach(ConnectAttempt::close);
    }

    /** The address it stands to; null before it stands. */
    @Nullable
    InetAddress address() {
        return address;
    }

    /** The node's epoch when the attempt began: a role lost meanwhile makes the connection old from the start. */
    int epoch() {
        return epoch;
    }

    /** What the connection showed; before it stands, that of plain text. */
    Handshake handshake() {
        return handshake;
    }

    void showed(Handshake shown) {
        handshake = shown;
    }

    static @Nullable ConnectAttempt current() {
        return CURRENT.get();
    }

    void enter() {
        CURRENT.set(this);
        asks();
    }

    void leave() {
        asksNoMore();
        CURRENT.remove();
    }

    /** The password is asked for on this thread: a provider that hangs has no socket to close, and is interrupted instead. */
    synchronized void asks() {
        asking = Thread.currentThread();
    }

    synchronized boolean isAsking() {
        return asking != null;
    }

    /** The driver, and whatever logs meanwhile, is never interrupted. */
    synchronized void asksNoMore() {
        asking = null;
    }

    /** Every socket is known here before it is connected, so that the attempt can be ended at any time. */
    private Socket track(Socket opened) throws IOException {
        synchronized (this) {
            if (!abandoned) {
                sockets.add(opened);
                return opened;
            }
        }
        opened.close();
        throw new IOException("the connect deadline is over");
    }

    /** Ends the attempt: whatever the driver waits for fails now. */
    void abandon() {
        List<Socket> open;
        synchronized (this) {
            abandoned = true;
            if (asking != null) {
                asking.interrupt();
            }
            open = List.copyOf(sockets);
        }
        open.forEach(ConnectAttempt::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            ConnectLog.LOG.debug("Closing the socket of an abandoned connect failed", e);
        }
    }

    synchronized boolean isAbandoned() {
        return abandoned;
    }
}
