package dev.penstock.tls;

import java.util.Properties;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;

/**
 * What pgjdbc's {@code sslhostnameverifier} names. It asks in {@code verify-full} after the handshake; the name was then already verified
 * within it, so this is the second lock on the same door (a resumed session skips the first).
 */
public final class TlsHostnameVerifier implements HostnameVerifier {
    private final TlsEndpoint endpoint;

    /** Called by pgjdbc; finds its context as {@link TlsSocketFactory} does. */
    public TlsHostnameVerifier(Properties properties) {
        this.endpoint = TlsRegistry.find(properties);
    }

    @Override
    public boolean verify(String hostname, SSLSession session) {
        return endpoint.verifies(hostname, session);
    }
}
