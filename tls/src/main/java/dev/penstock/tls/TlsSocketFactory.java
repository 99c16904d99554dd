package dev.penstock.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;

/**
 * What pgjdbc's {@code sslfactory} names. pgjdbc makes one per connection from the connection's properties; use
 * {@link TlsContext#driverProperties()} instead of naming it yourself.
 */
public final class TlsSocketFactory extends SSLSocketFactory {
    private final TlsEndpoint endpoint;

    /** Called by pgjdbc; fails when the context the properties lead to is closed. */
    public TlsSocketFactory(Properties properties) {
        this.endpoint = TlsRegistry.find(properties.getProperty(TlsRegistry.PROPERTY));
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return endpoint.layer(plain, host, port, autoClose);
    }

    /** Not offered: PostgreSQL's TLS is layered over a socket that is already connected. */
    @Override
    public Socket createSocket(String host, int port) {
        throw layeredOnly();
    }

    /** Not offered, as above. */
    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw layeredOnly();
    }

    /** Not offered, as above. */
    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw layeredOnly();
    }

    /** Not offered, as above. */
    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw layeredOnly();
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    private static UnsupportedOperationException layeredOnly() {
        return new UnsupportedOperationException("PostgreSQL's TLS is layered over a connected socket");
    }
}
