package dev.penstock.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Opens plain sockets for pgjdbc and tells the current {@link ConnectAttempt} of each. Instantiated by name. */
public final class AttemptSocketFactory extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
        ConnectAttempt attempt = ConnectAttempt.current();
        Socket socket = new Socket();
        return attempt == null ? socket : attempt.track(socket);
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
        return new IOException("pgjdbc connects its sockets itself");
    }
}
