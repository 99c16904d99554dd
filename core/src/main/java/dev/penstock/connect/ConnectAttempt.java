package dev.penstock.connect;

import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * One physical connect in progress. It remembers the socket that the driver opens, because closing that socket is the
 * only way to end an attempt at its deadline: pgjdbc's own timeouts bound single reads, not the whole.
 *
 * <p>pgjdbc takes a socket factory by class name only, so the attempt reaches {@link AttemptSocketFactory} through the
 * thread that connects; the driver opens its sockets on that thread because its {@code loginTimeout} is off.
 */
final class ConnectAttempt {
    private static final ThreadLocal<@Nullable ConnectAttempt> CURRENT = new ThreadLocal<>();

    private final int epoch;
    private volatile Handshake handshake = Handshake.NONE;
    private @Nullable Socket socket;
    private boolean abandoned;

    ConnectAttempt(int epoch) {
        this.epoch = epoch;
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
    }

    static void leave() {
        CURRENT.remove();
    }

    /** Called by the driver for each socket it opens; a later one replaces an earlier one that it has given up. */
    synchronized Socket track(Socket opened) throws IOException {
        if (abandoned) {
            opened.close();
            throw new IOException("the connect deadline is over");
        }
        socket = opened;
        return opened;
    }

    /** Ends the attempt: whatever the driver waits for fails now. */
    synchronized void abandon() {
        abandoned = true;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                ConnectLog.LOG.debug("Closing the socket of an abandoned connect failed", e);
            }
        }
    }

    synchronized boolean isAbandoned() {
        return abandoned;
    }
}
