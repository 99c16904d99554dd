package dev.penstock.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides during the handshake whether the server is who it should be: chain, dates, revocation, name, in this order. pgjdbc leaves
 * the chain to the socket factory in every mode, and a refusal here happens before any credential is sent.
 *
 * <p>The name to look for is the host the socket was layered with, which {@link TlsEndpoint} sets. Immutable, thread-safe.
 */
final class ServerVerifier extends X509ExtendedTrustManager {
    private final @Nullable ChainVerifier chainVerifier;
    private final boolean verifiesHostname;
    private final boolean bindsLogin;

    /** @param chainVerifier {@code null} to accept any chain */
    ServerVerifier(@Nullable ChainVerifier chainVerifier, TlsConfig config) {
        this.chainVerifier = chainVerifier;
        this.verifiesHostname = config.mode().verifiesHostname();
        this.bindsLogin = config.channelBinding() == ChannelBinding.REQUIRE;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        if (chainVerifier != null) {
            chainVerifier.verify(chain, authType, socket);
        }
        if (verifiesHostname) {
            SSLSession session = ((SSLSocket) socket).getHandshakeSession();
            verifyName(chain[0], session.getPeerHost());
        }
        if (bindsLogin) {
            verifyHash(chain[0]);
        }
    }

    /**
     * The login is bound to the hash that the certificate's signature names (RFC 5929, section 4.1). Without one pgjdbc before 42.7.12 logs in
     * unbound, whatever was demanded, and whoever stands in between chooses the certificate.
     */
    private static void verifyHash(X509Certificate certificate) throws CertificateException {
        String signature = certificate.getSigAlgName();
        if (signature.indexOf("with") <= 0) {
            throw new PeerRejectedException(
                    TlsReason.CHANNEL_BINDING,
                    "the server's certificate is signed with " + signature + ", to which no login can be bound",
                    TlsReason.CHANNEL_BINDING.remedy());
        }
    }

    static void verifyName(X509Certificate certificate, String host) throws CertificateException {
        if (!ServerName.of(host).isIn(certificate)) {
            throw new PeerRejectedException(
                    TlsReason.TLS_HOSTNAME_MISMATCH,
                    "the server's certificate is not for '" + host + "' but for " + ServerName.namesIn(certificate),
                    TlsReason.TLS_HOSTNAME_MISMATCH.remedy());
        }
    }

    /** pgjdbc uses sockets only; without one there is no host to verify. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("only sockets are supported");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only sockets are supported");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
