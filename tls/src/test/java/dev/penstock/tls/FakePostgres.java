package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * As much of a PostgreSQL server as a driver needs to connect: it answers the SSLRequest, makes the handshake, admits everybody and
 * acknowledges every simple query. Real servers are for the ITs; this one has any certificate in a millisecond and shows what it was sent.
 */
final class FakePostgres implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listener;
    private final SSLContext context;
    private final List<String> protocols;
    private final boolean needsClientCertificate;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> serverNames = new CopyOnWriteArrayList<>();
    private final List<X509Certificate> clientCertificates = new CopyOnWriteArrayList<>();

    private FakePostgres(SSLContext context, List<String> protocols, boolean needsClientCertificate) {
        this.context = context;
        this.protocols = protocols;
        this.needsClientCertificate = needsClientCertificate;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getByName("localhost"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        daemon(this::accept);
    }

    static FakePostgres withoutTls() {
        return new FakePostgres(null, List.of(), false);
    }

    static FakePostgres with(IssuedCertificate certificate, String... protocols) {
        return new FakePostgres(context(certificate, null), List.of(protocols), false);
    }

    /** Refuses every client that has no certificate of this authority, inside the handshake. */
    static FakePostgres demanding(CertificateAuthority clients, IssuedCertificate certificate, String... protocols) {
        return new FakePostgres(context(certificate, clients.certificate()), List.of(protocols), true);
    }

    int port() {
        return listener.getLocalPort();
    }

    String url() {
        return url("localhost");
    }

    String url(String host) {
        return "jdbc:postgresql://" + host + ":" + port() + "/app";
    }

    /** The names of the TLS hellos, one per handshake; empty text for none. */
    List<String> serverNames() {
        return serverNames;
    }

    /** The certificates that clients showed. */
    List<X509Certificate> clientCertificates() {
        return clientCertificates;
    }

    private static SSLContext context(IssuedCertificate certificate, String clientCa) {
        try {
            KeyStore keys = emptyStore();
            SourceReader.Content content =
                    new SourceReader.Content("key", certificate.key().getBytes(UTF_8));
            PrivateKey key = PrivateKeys.read(content, null);
            keys.setKeyEntry("server", key, new char[0], chain(certificate.chain()));
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
            keyManagers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trust(clientCa), null);
            return context;
        } catch (GeneralSecurityException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static TrustManager[] trust(String clientCa) throws GeneralSecurityException, IOException {
        if (clientCa == null) {
            return null;
        }
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry("ca", chain(clientCa)[0]);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static X509Certificate[] chain(String pem) {
        SourceReader.Content content = new SourceReader.Content("chain", pem.getBytes(UTF_8));
        return Certificates.parse(content, TlsReason.CLIENT_CERT_INVALID).toArray(new X509Certificate[0]);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "fake-postgres");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            int code = in.readInt();
            if (code != SSL_REQUEST) {
                in.skipNBytes(length - 8L);
                session(in, new DataOutputStream(socket.getOutputStream()));
                return;
            }
            socket.getOutputStream().write(context == null ? 'N' : 'S');
            if (context == null) {
                startup(in, socket);
            } else {
                encrypted(socket);
            }
        } catch (IOException refusedOrGone) {
            // What a refused client leaves behind; the test looks at the client.
            open.remove(socket);
        }
    }

    private void encrypted(Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(needsClientCertificate);
        if (!protocols.isEmpty()) {
            socket.setEnabledProtocols(protocols.toArray(new String[0]));
        }
        handshake(plain, socket);
        ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
        serverNames.add(session.getRequestedServerNames().stream()
                .map(SNIServerName::getEncoded)
                .map(name -> new String(name, UTF_8))
                .findFirst()
                .orElse(""));
        if (needsClientCertificate) {
            clientCertificates.add((X509Certificate) session.getPeerCertificates()[0]);
        }
        startup(new DataInputStream(socket.getInputStream()), socket);
    }

    /** A refusal is let arrive: closing on unread bytes would reset the connection and take the alert with it. */
    private static void handshake(Socket plain, SSLSocket socket) throws IOException {
        try {
            socket.startHandshake();
        } catch (SSLException refused) {
            plain.shutdownOutput();
            plain.getInputStream().transferTo(OutputStream.nullOutputStream());
            throw refused;
        }
    }

    private static void startup(DataInputStream in, Socket socket) throws IOException {
        int length = in.readInt();
        in.skipNBytes(length - 4L);
        session(in, new DataOutputStream(socket.getOutputStream()));
    }

    private static void session(DataInputStream in, DataOutputStream out) throws IOException {
        message(out, 'R', new byte[4]);
        for (String parameter : List.of(
                "server_version=18.0", "client_encoding=UTF8", "DateStyle=ISO", "standard_conforming_strings=on")) {
            message(out, 'S', (parameter.replace('=', '\0') + "\0").getBytes(US_ASCII));
        }
        message(out, 'Z', new byte[] {'I'});
        out.flush();
        for (int type = in.read(); type > 0 && type != 'X'; type = in.read()) {
            int length = in.readInt();
            in.skipNBytes(length - 4L);
            if (type == 'Q') {
                message(out, 'C', "SET\0".getBytes(US_ASCII));
                message(out, 'Z', new byte[] {'I'});
                out.flush();
            }
        }
    }

    private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(bytes);
        message.writeByte(type);
        message.writeInt(body.length + 4);
        message.write(body);
        out.write(bytes.toByteArray());
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
