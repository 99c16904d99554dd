package dev.penstock.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives pgjdbc the sockets that the current {@link ConnectAttempt} dials, already connected. Instantiated by name, once for each
 * connection; what the driver opens later is meant for the same server (a cancel request), whatever its name points to by then.
 */
public final class AttemptSocketFactory extends SocketFactory {
    private volatile @Nullable SocketAddress server;

    @Override
    public Socket createSocket() throws IOException {
        ConnectAttempt attempt = ConnectAttempt.current();
        if (attempt == null) {
            SocketAddress known = server;
            return known == null ? new Socket() : new SocketTo(known);
        }
        Socket connected = attempt.dial();
        server = connected.getRemoteSocketAddress();
        return connected;
    }

    /** Connects there, whatever address it is given. */
    private static final class SocketTo extends Socket {
        private final SocketAddress server;

        SocketTo(SocketAddress server) {
            this.server = server;
        }

        @Override
        public void connect(SocketAddress resolvedByTheDriver, int timeoutMillis) throws IOException {
            super.connect(server, timeoutMillis);
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw unconnectedOnly();
    }

    private static IOException unconnectedOnly() {
        return new IOException("a connect attempt dials the node itself");
    }
}
