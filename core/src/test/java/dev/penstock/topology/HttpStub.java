package dev.penstock.topology;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A small web server on loopback. */
final class HttpStub implements AutoCloseable {
    /** What is answered to a request. */
    @FunctionalInterface
    interface Page {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();

    private HttpStub(HttpServer server, Page page) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try (exchange) {
                page.answer(exchange);
            }
        });
        server.start();
    }

    static HttpStub answering(Page page) throws IOException {
        return new HttpStub(HttpServer.create(loopback(), 0), page);
    }

    static HttpStub answering(int status, String text) throws IOException {
        return answering(exchange -> send(exchange, status, text));
    }

    /** With TLS, its certificate and key as PEM. */
    static HttpStub withTls(String chain, String key, Page page) throws IOException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(showing(chain, key)));
        return new HttpStub(server, page);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    URI url() {
        return URI.create((server instanceof HttpsServer ? "https://" : "http://") + "127.0.0.1:"
                + server.getAddress().getPort());
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static SSLContext showing(String chain, String key) throws IOException, GeneralSecurityException {
        KeyStore store = store();
        store.setKeyEntry("server", privateKey(key), new char[0], certificates(chain));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A client that trusts this CA alone. */
    static SSLContext trusting(String ca) throws IOException, GeneralSecurityException {
        KeyStore store = store();
        store.setCertificateEntry("ca", certificates(ca)[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate[] certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .toArray(Certificate[]::new);
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    /** Accepts, sends {@code beginning}, then a letter every 20 ms and never an end. */
    static final class Drip implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CountDownLatch left = new CountDownLatch(1);
        private final ExecutorService threads = Executors.newCachedThreadPool();

        Drip(String beginning) throws IOException {
            threads.execute(() -> accept(beginning));
        }

        private void accept(String beginning) {
            while (!socket.isClosed()) {
                try {
                    Socket client = socket.accept();
                    threads.execute(() -> drip(client, beginning));
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private void drip(Socket client, String beginning) {
            try (client) {
                OutputStream out = client.getOutputStream();
                out.write(beginning.getBytes(StandardCharsets.US_ASCII));
                while (!ended.await(20, TimeUnit.MILLISECONDS)) {
                    out.write('x');
                }
            } catch (IOException e) {
                left.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }

        /** Waits until a client has closed its connection. */
        boolean wasLeft() throws InterruptedException {
            return left.await(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws IOException {
            ended.countDown();
            socket.close();
            threads.shutdownNow();
        }
    }
}
