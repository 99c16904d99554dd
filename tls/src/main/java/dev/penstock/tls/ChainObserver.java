package dev.penstock.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Accepts every server and keeps what it showed, with what a verifier says of it: for {@link TlsProbe}, never for a login. */
final class ChainObserver extends X509ExtendedTrustManager {
    private final @Nullable ChainVerifier verifier;
    private final @Nullable ChainVerifier pgjdbc;
    private volatile X509Certificate[] chain = new X509Certificate[0];
    private volatile @Nullable TlsFailure failure;
    private volatile @Nullable TlsFailure pgjdbcFailure;

    /**
     * @param verifier {@code null} when no CA is configured
     * @param pgjdbc the same
     */
    ChainObserver(@Nullable ChainVerifier verifier, @Nullable ChainVerifier pgjdbc) {
        this.verifier = verifier;
        this.pgjdbc = pgjdbc;
    }

    X509Certificate[] chain() {
        return chain.clone();
    }

    Optional<TlsFailure> failure() {
        return Optional.ofNullable(failure);
    }

    Optional<TlsFailure> pgjdbcFailure() {
        return Optional.ofNullable(pgjdbcFailure);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType, Socket socket) {
        chain = shown.clone();
        failure = failureOf(verifier, shown, authType, socket);
        pgjdbcFailure = failureOf(pgjdbc, shown, authType, socket);
    }

    private static @Nullable TlsFailure failureOf(
            @Nullable ChainVerifier verifier, X509Certificate[] shown, String authType, Socket socket) {
        try {
            if (verifier != null) {
                verifier.verify(shown, authType, socket);
            }
            return null;
        } catch (CertificateException refused) {
            return FailureTable.of(refused).orElse(null);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("only sockets are supported");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType) throws CertificateException {
        throw new CertificateException("only sockets are supported");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType) throws CertificateException {
        throw new CertificateException("this side is never the server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
