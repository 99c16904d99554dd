package dev.penstock.connect;

import static org.awaitility.Awaitility.await;

import dev.penstock.testkit.IssuedCertificate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Listens on loopback as a server of PostgreSQL would, agrees to TLS or not, and answers nothing else. Keeps what clients begin with, and what they
 * say after that: in clear text, or inside TLS, decrypted.
 */
public final class ListeningServer implements AutoCloseable {
    public static final int SSL_REQUEST = 80_877_103;

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Integer> requests = new CopyOnWriteArrayList<>();
    private final List<String> logins = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Optional<SSLContext> tls;

    private ListeningServer(Optional<SSLContext> tls) throws IOException {
        this.tls = tls;
        threads.execute(this::accept);
    }

    public static ListeningServer withoutTls() throws IOException {
        return new ListeningServer(Optional.empty());
    }

    public static ListeningServer showing(IssuedCertificate certificate) throws IOException {
        return new ListeningServer(Optional.of(context(certificate)));
    }

    private static SSLContext context(IssuedCertificate issued) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            byte[] pem = issued.chain().getBytes(StandardCharsets.US_ASCII);
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .toArray(new Certificate[0]);
            store.setKeyEntry("server", key(issued.key(), chain[0]), new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static PrivateKey key(String pem, Certificate certificate) throws GeneralSecurityException {
        byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** What clients began with, one number for each connection: a request, or the version of a startup packet. */
    public List<Integer> requests() {
        return requests;
    }

    /** What clients said after the beginning, where they said something; of connections that have ended, for which this waits. */
    public List<String> logins() {
        await().atMost(Duration.ofSeconds(20)).until(() -> open.get() == 0);
        return logins;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                open.incrementAndGet();
                threads.execute(() -> listen(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void listen(Socket client) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            in.readInt();
            requests.add(in.readInt());
            client.getOutputStream().write(tls.isPresent() ? 'S' : 'N');
            client.getOutputStream().flush();
            keep(tls.isPresent() ? secured(client, tls.get()) : in, said);
        } catch (IOException gone) {
            // The client has seen enough.
        } finally {
            if (said.size() > 0) {
                logins.add(said.toString(StandardCharsets.ISO_8859_1));
            }
            open.decrementAndGet();
        }
    }

    private static InputStream secured(Socket client, SSLContext context) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(client, null, true);
        secured.setUseClientMode(false);
        secured.startHandshake();
        return secured.getInputStream();
    }

    /** One packet, byte by byte: what was said before the connection broke counts. */
    private static void keep(InputStream in, ByteArrayOutputStream said) throws IOException {
        int octet = in.read();
        while (octet >= 0) {
            said.write(octet);
            byte[] packet = said.toByteArray();
            boolean isWhole = packet.length >= 4
                    && packet.length >= ByteBuffer.wrap(packet).getInt();
            octet = isWhole ? -1 : in.read();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
