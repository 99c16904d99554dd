package dev.penstock.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;

/**
 * What pgjdbc's {@code sslfactory} names. pgjdbc makes one per connection from the connection's properties.
 *
 * <p>In a program use {@link TlsContext#driverProperties()} instead of naming it yourself. Where no program opens a context, as in a file of
 * properties, it takes pgjdbc's own: {@code sslmode} ({@code prefer} when it is not set, as in pgjdbc), {@code sslrootcert}, {@code sslcert},
 * {@code sslkey}, {@code sslpassword}, {@code channelBinding}, {@code sslNegotiation}, and {@code sslcrl}, with the meanings of a
 * {@link TlsConfig} of these values; everything else has its default. The files are looked at for each connection; when they changed they are
 * read anew, and as long as they cannot be used the last good ones hold. What was read stays in memory as long as this class does.
 */
public final class TlsSocketFactory extends SSLSocketFactory {
    private final TlsEndpoint endpoint;

    /** Called by pgjdbc; fails when the context the properties lead to is closed, or what they say themselves cannot be used. */
    public TlsSocketFactory(Properties properties) {
        this.endpoint = TlsRegistry.find(properties);
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
