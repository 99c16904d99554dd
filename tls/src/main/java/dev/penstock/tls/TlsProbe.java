package dev.penstock.tls;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server about TLS without logging in: no role, no password, no entry for a refused login. It dials twice, once verifying
 * nothing to see what the server shows, once exactly as connections of the {@link TlsContext} do. For diagnosis; nothing but the
 * handshake is sent. Thread-safe.
 *
 * <p>What a server decides only after the login began stays unknown: {@code pg_hba.conf}, and whether it demands a client certificate.
 * {@link #askLogin} goes that one step further.
 */
public final class TlsProbe {
    /** 3.0. */
    private static final int PROTOCOL = 196_608;

    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};
    private static final int MOST_OF_AN_ERROR = 16_384;

    /** TLS 1.3 refuses a client certificate after the handshake; a server says so at once or not at all. */
    private static final int LATE_ALERT_MILLIS = 500;

    private final TlsContext context;
    private final TlsConfig config;
    private final Duration timeout;

    /** @param timeout of the connect and of each wait for an answer */
    public TlsProbe(TlsContext context, Duration timeout) {
        this.context = context;
        this.config = context.config();
        this.timeout = timeout;
    }

    /** @throws IOException when the server cannot be reached, or answers something that is not PostgreSQL */
    public TlsProbeReport dial(String host, int port) throws IOException {
        Seen seen = look(host, port);
        if (!seen.offered()) {
            return TlsProbeReport.notOffered(
                    config.mode().requiresEncryption()
                            ? Optional.of(TlsFailure.of(
                                    TlsReason.TLS_NOT_OFFERED,
                                    "the server at '" + host + "' answered no to the TLS request"))
                            : Optional.empty());
        }
        Optional<TlsFailure> failure =
                config.mode() == SslMode.DISABLE ? Optional.empty() : connectAsConfigured(host, port);
        X509Certificate[] chain = seen.observer().chain();
        return new TlsProbeReport(
                true,
                seen.facts(),
                List.of(chain).stream()
                        .map(link -> CertificateReport.of("server", link))
                        .toList(),
                seen.observer().failure(),
                seen.observer().pgjdbcFailure(),
                chain.length > 0 && isNamed(chain[0], host),
                failure);
    }

    /** What the server shows to somebody who accepts everything. */
    private record Seen(boolean offered, ChainObserver observer, Optional<TlsFacts> facts) {}

    private Seen look(String host, int port) throws IOException {
        ChainObserver observer = new ChainObserver(
                context.material().chainVerifier(), context.material().pgjdbcVerifier());
        try (Socket plain = connect(host, port)) {
            if (!begin(plain)) {
                return new Seen(false, observer, Optional.empty());
            }
            try (SSLSocket socket =
                    (SSLSocket) accepting(observer).getSocketFactory().createSocket(plain, host, port, true)) {
                handshake(socket);
                return new Seen(true, observer, TlsAttempt.facts(socket.getSession()));
            } catch (IOException refused) {
                // The second handshake says what is wrong in the words of the configuration.
                return new Seen(true, observer, Optional.empty());
            }
        }
    }

    private static SSLContext accepting(ChainObserver observer) {
        try {
            SSLContext accepting = SSLContext.getInstance("TLS");
            accepting.init(new KeyManager[0], new TrustManager[] {observer}, null);
            return accepting;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java runtime has TLS", impossible);
        }
    }

    private Optional<TlsFailure> connectAsConfigured(String host, int port) throws IOException {
        try (TlsAttempt attempt = context.attempt(host);
                Socket plain = connect(host, port)) {
            begin(plain);
            Properties properties = new Properties();
            properties.putAll(attempt.driverProperties());
            try (SSLSocket socket =
                    (SSLSocket) new TlsSocketFactory(properties).createSocket(plain, host, port, true)) {
                handshake(socket);
                awaitLateAlert(socket);
                return Optional.empty();
            } catch (IOException refused) {
                return Optional.of(attempt.failure(refused)
                        .orElseGet(() -> TlsFailure.of(TlsReason.TLS_HANDSHAKE, String.valueOf(refused.getMessage()))));
            }
        }
    }

    private void handshake(SSLSocket socket) throws IOException {
        if (config.negotiation() == SslNegotiation.DIRECT) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {TlsSocket.POSTGRESQL});
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
    }

    private void awaitLateAlert(SSLSocket socket) throws IOException {
        if (config.clientCertificate() == null) {
            return;
        }
        socket.setSoTimeout(LATE_ALERT_MILLIS);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new java.io.EOFException("the server closed the connection after the handshake");
            }
        } catch (SocketTimeoutException silent) {
            // It waits for the login: nothing was refused.
            return;
        }
    }

    private Socket connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), millis());
            socket.setSoTimeout(millis());
            return socket;
        } catch (IOException unreachable) {
            socket.close();
            throw unreachable;
        }
    }

    private int millis() {
        return (int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    }

    /** Whether TLS may begin on this socket. */
    private boolean begin(Socket plain) throws IOException {
        if (config.negotiation() == SslNegotiation.DIRECT) {
            return true;
        }
        plain.getOutputStream().write(TlsRequestSocket.request());
        plain.getOutputStream().flush();
        int answer = plain.getInputStream().read();
        return switch (answer) {
            case 'S' -> true;
            case 'N' -> false;
            case 'E' -> throw TlsRequestSocket.errorAsAnswer();
            default ->
                throw new IOException(
                        answer < 0
                                ? "the server closed the connection without an answer"
                                : "the answer is not PostgreSQL's");
        };
    }

    /**
     * Asks how the server wants a login of that role proven, over TLS or in plain text as the mode has it. Sends the two names and no password, and
     * closes at once; where the server asks for nothing, that is a session for a moment. The server may log it.
     *
     * @return empty when the server asks for something that no driver knows
     * @throws IOException when the server cannot be reached, is refused, or refuses the login before it asks; then the message has the SQLSTATE
     */
    public Optional<AuthMethod> askLogin(String host, int port, String role, String database) throws IOException {
        byte[] startup = startup(role, database);
        if (config.mode() == SslMode.ALLOW) {
            try (Socket plain = connect(host, port)) {
                return ask(plain, startup);
            } catch (RefusedLoginException refused) {
                // Once more with TLS, as connections do.
                return askWithTls(host, port, startup);
            }
        }
        return config.mode() == SslMode.DISABLE ? askInPlainText(host, port, startup) : askWithTls(host, port, startup);
    }

    private Optional<AuthMethod> askInPlainText(String host, int port, byte[] startup) throws IOException {
        try (Socket plain = connect(host, port)) {
            return ask(plain, startup);
        }
    }

    private Optional<AuthMethod> askWithTls(String host, int port, byte[] startup) throws IOException {
        try (TlsAttempt attempt = context.attempt(host);
                Socket plain = connect(host, port)) {
            if (!begin(plain)) {
                if (config.mode().requiresEncryption()) {
                    throw new IOException("the server offers no TLS");
                }
                return ask(plain, startup);
            }
            Properties properties = new Properties();
            properties.putAll(attempt.driverProperties());
            try (SSLSocket socket =
                    (SSLSocket) new TlsSocketFactory(properties).createSocket(plain, host, port, true)) {
                handshake(socket);
                return ask(socket, startup);
            } catch (RefusedLoginException refused) {
                if (config.mode() != SslMode.PREFER) {
                    throw refused;
                }
                return askInPlainText(host, port, startup);
            }
        }
    }

    private static Optional<AuthMethod> ask(Socket socket, byte[] startup) throws IOException {
        socket.getOutputStream().write(startup);
        socket.getOutputStream().flush();
        List<AuthMethod> heard = new ArrayList<>();
        DataInputStream in = new DataInputStream(new LoginStream(socket.getInputStream(), heard::add));
        int letter = in.read();
        int length = letter < 0 ? 0 : in.readInt();
        if (letter != 'R' || length < 8) {
            throw letter == 'E' ? refusal(in, length) : new IOException("the answer is not PostgreSQL's");
        }
        in.readInt();
        if (heard.contains(AuthMethod.NONE)) {
            socket.getOutputStream().write(TERMINATE);
            socket.getOutputStream().flush();
        }
        return heard.stream().findFirst();
    }

    /** The server's words stay out: they may hold anything. */
    private static IOException refusal(DataInputStream in, int length) throws IOException {
        byte[] fields = in.readNBytes(Math.max(0, Math.min(length - 4, MOST_OF_AN_ERROR)));
        for (String field : new String(fields, StandardCharsets.ISO_8859_1).split("\0")) {
            if (field.matches("C[0-9A-Z]{5}")) {
                return new RefusedLoginException(field.substring(1));
            }
        }
        return new IOException("the server answers with an error that is not PostgreSQL's");
    }

    /** The server does not even ask. */
    private static final class RefusedLoginException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedLoginException(String sqlState) {
            super("the server refuses the login before it asks for a password (" + sqlState
                    + (sqlState.equals("28000") ? ", by pg_hba.conf)" : ")"));
        }
    }

    /** A start-up packet of protocol 3.0 with two parameters. */
    private static byte[] startup(String role, String database) {
        byte[] names = ("user\0" + role + "\0database\0" + database + "\0\0").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + names.length)
                .putInt(8 + names.length)
                .putInt(PROTOCOL)
                .put(names)
                .array();
    }

    private boolean isNamed(X509Certificate certificate, String host) {
        @Nullable String name = config.verifyName();
        try {
            return ServerName.of(Objects.requireNonNullElse(name, host)).isIn(certificate);
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }
}
