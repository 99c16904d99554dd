package dev.penstock.tls;

import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * The running side of a {@link TlsConfig}: material loaded and checked, reachable for pgjdbc through {@link #driverProperties()}. One per
 * database; nothing of it is global to the JVM, so two contexts with different trust live side by side.
 *
 * <p>With plain JDBC or any pool: put {@link #driverProperties()} beside {@code user} and {@code password}, keep the context open as long as
 * connections are made, close it after the pool. Thread-safe.
 */
public final class TlsContext implements AutoCloseable {
    private final TlsConfig config;
    private final TlsSockets sockets;
    private final String key;

    private TlsContext(TlsConfig config, TlsSockets sockets) {
        this.config = config;
        this.sockets = sockets;
        this.key = TlsRegistry.add(new OfContext());
    }

    /**
     * Reads and checks everything the configuration names.
     *
     * @throws TlsMaterialException if a file is missing, unreadable, of another format or expired, or key and certificate do not match
     */
    public static TlsContext open(TlsConfig config) {
        return new TlsContext(
                config, new TlsSockets(config, TlsMaterial.load(config).toSslContext()));
    }

    /** What was asked for. */
    public TlsConfig config() {
        return config;
    }

    /**
     * The pgjdbc properties that make a connection follow this context. They win only when the JDBC URL does not name the same parameters:
     * use a bare URL. The map is the caller's.
     */
    public Map<String, String> driverProperties() {
        return driverProperties(key);
    }

    /**
     * One physical connect to this host: use its properties for it, read its facts, close it when the connection stands or failed.
     *
     * @param host as configured; the name that {@code verify-full} looks for unless {@code verify_name} is set
     */
    public TlsAttempt attempt(String host) {
        return new TlsAttempt(this, host);
    }

    /** Ends the way from the driver to this context; standing connections stay, new ones fail. Idempotent. */
    @Override
    public void close() {
        TlsRegistry.remove(key);
    }

    TlsSockets sockets() {
        return sockets;
    }

    Map<String, String> driverProperties(String registryKey) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("sslmode", config.mode().libpqName());
        if (config.mode() == SslMode.DISABLE) {
            return properties;
        }
        properties.put("sslfactory", TlsSocketFactory.class.getName());
        properties.put("sslhostnameverifier", TlsHostnameVerifier.class.getName());
        properties.put("channelBinding", config.channelBinding().libpqName());
        properties.put("sslNegotiation", config.negotiation().libpqName());
        // GSS encryption would take the place of TLS and leave nothing to verify.
        properties.put("gssEncMode", "disable");
        properties.put(TlsRegistry.PROPERTY, registryKey);
        return properties;
    }

    /** The endpoint of connections made without an attempt: the driver's host is the host to verify. */
    private final class OfContext implements TlsEndpoint {
        @Override
        public SSLSocket layer(Socket plain, String host, int port, boolean autoClose) throws IOException {
            return sockets().layer(plain, host, port, autoClose);
        }

        @Override
        public boolean verifies(String host, SSLSession session) {
            return sockets().verifies(host, session);
        }
    }
}
