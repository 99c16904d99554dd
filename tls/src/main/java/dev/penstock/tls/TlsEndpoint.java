package dev.penstock.tls;

import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** What {@link TlsSocketFactory} and {@link TlsHostnameVerifier} turn to once they found it: a context, or one attempt of it. */
interface TlsEndpoint {
    /** Layers TLS over a connected socket, ready for its handshake. */
    SSLSocket layer(Socket plain, String host, int port, boolean autoClose) throws IOException;

    /** Whether the finished session is with the server it should be with. */
    boolean verifies(String host, SSLSession session);

    /** What the driver was told, and must not have been told otherwise. */
    Map<String, String> driverProperties();
}
