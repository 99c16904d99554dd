package dev.penstock.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Makes TLS sockets from one generation of material: versions, ciphers and SNI as configured. Immutable, thread-safe. */
final class TlsSockets {
    private final TlsConfig config;
    private final SSLContext context;

    TlsSockets(TlsConfig config, SSLContext context) {
        this.config = config;
        this.context = context;
    }

    SSLSocket layer(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return layer(plain, host, port, autoClose, method -> {});
    }

    /**
     * The host is what the name check looks for and, by default, what the hello names.
     *
     * @param asked hears how the server wants the login proven
     * @throws HandshakeRefusedException if something was sent in clear text behind the consent to TLS
     */
    SSLSocket layer(Socket plain, String host, int port, boolean autoClose, Consumer<AuthMethod> asked)
            throws IOException {
        boolean direct = config.negotiation() == SslNegotiation.DIRECT;
        if (!direct && plain.getInputStream().available() > 0) {
            throw HandshakeRefusedException.plainBytes();
        }
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, nameToVerify(host), port, autoClose);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(versions());
        if (!config.ciphers().isEmpty()) {
            parameters.setCipherSuites(config.ciphers().toArray(new String[0]));
        }
        parameters.setServerNames(serverNames(host));
        if (direct) {
            parameters.setApplicationProtocols(new String[] {TlsSocket.POSTGRESQL});
        }
        socket.setSSLParameters(parameters);
        return autoClose || direct ? new TlsSocket(socket, plain, direct, asked) : socket;
    }

    boolean verifies(String host, SSLSession session) {
        if (!config.mode().verifiesHostname()) {
            return true;
        }
        try {
            ServerVerifier.verifyName((X509Certificate) session.getPeerCertificates()[0], nameToVerify(host));
            return true;
        } catch (CertificateException | SSLPeerUnverifiedException refused) {
            return false;
        }
    }

    private String nameToVerify(String host) {
        return Objects.requireNonNullElse(config.verifyName(), host);
    }

    private String[] versions() {
        TlsVersion max = Objects.requireNonNullElse(config.maxVersion(), TlsVersion.TLS_1_3);
        return Arrays.stream(TlsVersion.values())
                .filter(version -> version.compareTo(config.minVersion()) >= 0 && version.compareTo(max) <= 0)
                .map(TlsVersion::libpqName)
                .toArray(String[]::new);
    }

    private List<SNIServerName> serverNames(String host) {
        if (!config.sni().enabled()) {
            return List.of();
        }
        ServerName name = ServerName.of(Objects.requireNonNullElse(config.sni().name(), host));
        if (name.isAddress()) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(name.nameInHello()));
        } catch (IllegalArgumentException notAHostName) {
            // JSSE sends letters, digits and hyphens only: no name for the underscore that a Compose service may have.
            return List.of();
        }
    }
}
