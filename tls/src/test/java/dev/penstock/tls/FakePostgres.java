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
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * As much of a PostgreSQL server as a driver needs to connect: it answers the SSLRequest, makes the handshake, admits everybody and
 * acknowledges every simple query. Real servers are for the ITs; this one has any certificate in a millisecond and shows what it was sent.
 */
final class FakePostgres implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> serverNames = new CopyOnWriteArrayList<>();
    private final List<X509Certificate> clientCertificates = new CopyOnWriteArrayList<>();

    /**
     * @param answer to the SSLRequest; TLS begins behind it when it starts with {@code S}
     * @param direct whether TLS begins at once, without the request
     * @param selected the protocol (ALPN) that the server agrees on; empty for none
     */
    private record Behaviour(
            SSLContext context,
            List<String> protocols,
            boolean needsClientCertificate,
            byte[] answer,
            boolean direct,
            String selected) {
        Behaviour(SSLContext context, List<String> protocols, boolean needsClientCertificate) {
            this(
                    context,
                    protocols,
                    needsClientCertificate,
                    new byte[] {(byte) (context == null ? 'N' : 'S')},
                    false,
                    "");
        }
    }

    private FakePostgres(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getByName("localhost"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        daemon(this::accept);
    }

    static FakePostgres withoutTls() {
        return new FakePostgres(new Behaviour(null, List.of(), false));
    }

    static FakePostgres with(IssuedCertificate certificate, String... protocols) {
        return new FakePostgres(new Behaviour(context(certificate, null), List.of(protocols), false));
    }

    /** Refuses every client that has no certificate of this authority, inside the handshake. */
    static FakePostgres demanding(CertificateAuthority clients, IssuedCertificate certificate, String... protocols) {
        return new FakePostgres(new Behaviour(context(certificate, clients.certificate()), List.of(protocols), true));
    }

    /** Gives this answer to the SSLRequest, in one packet. */
    static FakePostgres answering(IssuedCertificate certificate, byte[] answer) {
        return new FakePostgres(new Behaviour(context(certificate, null), List.of(), false, answer, false, ""));
    }

    /** Begins TLS at once and agrees on this protocol (ALPN), or on none. */
    static FakePostgres direct(IssuedCertificate certificate, String selected) {
        return new FakePostgres(
                new Behaviour(context(certificate, null), List.of(), false, new byte[0], true, selected));
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

    /** How often somebody connected. */
    int connections() {
        return connections.get();
    }

    /** How many began to log in within TLS. */
    int logins() {
        return logins.get();
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
            SourceReader.Content content =
                    new SourceReader.Content("key", certificate.key().getBytes(UTF_8));
            Shown shown = new Shown(chain(certificate.chain()), PrivateKeys.read(content, null));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {shown}, trust(clientCa), null);
            return context;
        } catch (GeneralSecurityException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Shows what it is given, also a chain that a key store would refuse. */
    private static final class Shown extends X509ExtendedKeyManager {
        private final X509Certificate[] chain;
        private final PrivateKey key;

        Shown(X509Certificate[] chain, PrivateKey key) {
            this.chain = chain;
            this.key = key;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return keyType.equals(key.getAlgorithm()) ? "server" : null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return keyType.equals(key.getAlgorithm()) ? new String[] {"server"} : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return null;
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
            connections.incrementAndGet();
            if (behaviour.direct()) {
                encrypted(socket);
                return;
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            int code = in.readInt();
            if (code != SSL_REQUEST) {
                in.skipNBytes(length - 8L);
                session(in, new DataOutputStream(socket.getOutputStream()));
                return;
            }
            socket.getOutputStream().write(behaviour.answer());
            switch (behaviour.answer()[0]) {
                case 'S' -> encrypted(socket);
                case 'N' -> startup(in, socket);
                default -> in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException refusedOrGone) {
            // What a refused client leaves behind; the test looks at the client.
            open.remove(socket);
        }
    }

    private void encrypted(Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket) behaviour.context().getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(behaviour.needsClientCertificate());
        if (!behaviour.protocols().isEmpty()) {
            socket.setEnabledProtocols(behaviour.protocols().toArray(new String[0]));
        }
        socket.setHandshakeApplicationProtocolSelector((own, offered) -> behaviour.selected());
        handshake(plain, socket);
        ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
        serverNames.add(session.getRequestedServerNames().stream()
                .map(SNIServerName::getEncoded)
                .map(name -> new String(name, UTF_8))
                .findFirst()
                .orElse(""));
        if (behaviour.needsClientCertificate()) {
            clientCertificates.add((X509Certificate) session.getPeerCertificates()[0]);
        }
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readInt();
        logins.incrementAndGet();
        in.skipNBytes(length - 4L);
        session(in, new DataOutputStream(socket.getOutputStream()));
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
