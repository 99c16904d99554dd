package dev.penstock.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One physical connect. Its properties lead the driver to this very attempt, so {@link #facts()} speaks of this connection and no other,
 * whatever thread the driver used.
 *
 * <p>Use: {@link #driverProperties()} into {@code Driver.connect}, then {@link #facts()} (or {@link #failure} with what it threw), then
 * {@link #close()}. Thread-safe, but meant for the one thread that connects.
 */
public final class TlsAttempt implements AutoCloseable {
    private final TlsContext context;
    private final String host;
    private final String key;
    private volatile @Nullable SSLSocket socket;
    private volatile @Nullable AuthMethod asked;
    private volatile long generation;

    TlsAttempt(TlsContext context, String host) {
        this.context = context;
        this.host = host;
        this.key = TlsRegistry.add(new OfAttempt());
    }

    /** The context's properties, with this attempt's key. The map is the caller's. */
    public Map<String, String> driverProperties() {
        return context.driverProperties(key);
    }

    /**
     * An unconnected socket for the driver's socket factory. On it {@link #asked()} is known of a connection in plain text as well; with TLS it is
     * in any case.
     */
    public Socket newSocket() {
        return new TlsRequestSocket(this::asks);
    }

    private void asks(AuthMethod method) {
        asked = method;
    }

    /**
     * How the server wanted the login proven, the last time if there were two tries ({@code prefer}, {@code allow}); known after {@code connect},
     * whether it returned or threw. Empty when the server refused the login before it asked.
     */
    public Optional<AuthMethod> asked() {
        return Optional.ofNullable(asked);
    }

    /**
     * What the handshake gave; empty when the connection is in plain text, be it that the mode allows it, the server offered no TLS, or a
     * {@code prefer} went back to plain text after TLS was refused (the driver closes the TLS socket then). Ask after {@code connect}
     * returned and before the connection is closed.
     */
    public Optional<TlsFacts> facts() {
        SSLSocket current = socket;
        return current == null || current.isClosed() ? Optional.empty() : facts(current.getSession());
    }

    /**
     * The proof: empty when the connection is as safe as the mode demands, {@link TlsReason#DOWNGRADED} when it is in plain text and must
     * not be. A connection with a failure must be closed and not used.
     */
    public Optional<TlsFailure> proof() {
        if (!context.config().mode().requiresEncryption() || facts().isPresent()) {
            return Optional.empty();
        }
        return Optional.of(TlsFailure.of(
                TlsReason.DOWNGRADED,
                "sslmode=" + context.config().mode().libpqName() + " but the connection to '" + host
                        + "' is in plain text"));
    }

    /**
     * The reason in what the driver threw for this attempt; empty when it has nothing to do with TLS. Knows more than
     * {@link TlsFailure#of(Throwable)}: what the configuration asks for and whether TLS was begun. A connection that the server cuts while
     * a client certificate is configured counts as {@link TlsReason#CLIENT_CERT_REJECTED} here and not there: the alert is often lost with the
     * connection, but a server that died at that moment looks the same, so decide on fail-over by the static one.
     */
    public Optional<TlsFailure> failure(Throwable thrown) {
        Optional<TlsFailure> known = afterPlainText(thrown).or(() -> FailureTable.of(thrown));
        if (known.isEmpty() && wasTlsDeclined(thrown)) {
            return Optional.of(TlsFailure.notOffered());
        }
        if (known.isEmpty() && socket != null && hasClientCertificate() && FailureTable.isCutOff(thrown)) {
            return Optional.of(TlsFailure.of(
                    TlsReason.CLIENT_CERT_REJECTED,
                    "the server cut the connection during the handshake, as it does when it refuses a client"
                            + " certificate"));
        }
        return known.map(this::withCertificateInMind).map(this::withModeInMind);
    }

    /** {@code allow} tries plain text first: the driver then throws that refusal and keeps the one of TLS as suppressed. */
    private Optional<TlsFailure> afterPlainText(Throwable thrown) {
        return context.config().mode() == SslMode.ALLOW
                ? Arrays.stream(thrown.getSuppressed())
                        .flatMap(second -> FailureTable.of(second).stream())
                        .findFirst()
                : Optional.empty();
    }

    /** The driver words the server's "no" in the language of the JVM; that TLS never began says the same in all. */
    private boolean wasTlsDeclined(Throwable thrown) {
        return socket == null
                && context.config().mode().requiresEncryption()
                && FailureTable.isRejectedConnection(thrown);
    }

    private TlsFailure withCertificateInMind(TlsFailure failure) {
        return failure.reason() == TlsReason.CLIENT_CERT_REQUIRED && hasClientCertificate()
                ? TlsFailure.of(TlsReason.CLIENT_CERT_NOT_SENT, failure.message())
                : failure;
    }

    /** The other modes without TLS have tried it, or the server has none: a line for TLS would not match. */
    private TlsFailure withModeInMind(TlsFailure failure) {
        return failure.reason() == TlsReason.HBA_REJECTED && context.config().mode() == SslMode.DISABLE
                ? new TlsFailure(
                        failure.reason(),
                        failure.message(),
                        failure.remedy() + " If there is one for TLS alone (hostssl): use sslmode=require or stronger.")
                : failure;
    }

    private boolean hasClientCertificate() {
        return context.config().clientCertificate() != null;
    }

    /** The number of the {@link TlsContext#material()} that the handshake used; 0 when there was none. */
    public long generation() {
        return generation;
    }

    /** Ends the way from the driver to this attempt. The facts stay. Idempotent. */
    @Override
    public void close() {
        TlsRegistry.remove(key);
    }

    static Optional<TlsFacts> facts(SSLSession session) {
        try {
            X509Certificate peer = (X509Certificate) session.getPeerCertificates()[0];
            return Optional.of(new TlsFacts(
                    session.getProtocol(), session.getCipherSuite(), CertificateReport.of("server", peer)));
        } catch (SSLPeerUnverifiedException noHandshake) {
            return Optional.empty();
        }
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(
                    "every Java runtime has SHA-256, and a parsed certificate its encoding", impossible);
        }
    }

    private final class OfAttempt implements TlsEndpoint {
        @Override
        public SSLSocket layer(Socket plain, String dialled, int port, boolean autoClose) throws IOException {
            TlsContext.Generation current = context.current();
            SSLSocket layered = current.sockets().layer(plain, host, port, autoClose, TlsAttempt.this::asks);
            generation = current.number();
            socket = layered;
            return layered;
        }

        @Override
        public boolean verifies(String dialled, SSLSession session) {
            return context.current().sockets().verifies(host, session);
        }

        @Override
        public Map<String, String> driverProperties() {
            return TlsAttempt.this.driverProperties();
        }
    }
}
