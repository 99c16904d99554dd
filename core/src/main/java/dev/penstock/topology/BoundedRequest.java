package dev.penstock.topology;

import dev.penstock.tls.ServerText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One URL that is asked with GET, each answer bounded as a whole: in size, and in time, which neither the resolution of a name
 * nor a server that sends a byte now and then would respect. So each request has a thread of its own; one that does not end in
 * time is left behind, and the next request is refused until it has ended: there is one such thread at most. Nothing that the
 * application has set for all HTTP of this JVM takes part: no proxy, no password, no laxer host name verifier. Used by one thread.
 */
final class BoundedRequest {
    static final int LARGEST = 1 << 20;
    private static final int CHUNK = 8192;

    private final URI url;
    private final @Nullable SSLSocketFactory tls;
    private @Nullable Thread unfinished;

    /** @param tls who is trusted; null for the JVM's own trust store */
    BoundedRequest(URI url, @Nullable SSLSocketFactory tls) {
        this.url = url;
        this.tls = tls;
    }

    /**
     * The text of the answer, when it is 200.
     *
     * @throws IOException with the URL and the reason
     */
    String answer(Duration limit) throws IOException {
        if (unfinished != null && unfinished.isAlive()) {
            throw failure("an earlier request has not ended yet", null);
        }
        Exchange exchange = new Exchange(connection(limit), System.nanoTime() + limit.toNanos());
        FutureTask<String> task = new FutureTask<>(exchange::run);
        Thread thread = new Thread(task, "penstock-discovery-request");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abandon(exchange, thread);
            throw late(limit);
        } catch (InterruptedException e) {
            abandon(exchange, thread);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(url + ": interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SocketTimeoutException ? late(limit) : failure(reason(e), e);
        }
    }

    /** A request that has answered is over, also while its thread is still on its way out. */
    private void abandon(Exchange exchange, Thread thread) {
        exchange.abandon();
        unfinished = thread;
    }

    private IOException late(Duration limit) {
        return failure("no complete answer within " + limit.toMillis() + " ms", null);
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause();
        return ServerText.of(cause == null ? e : cause);
    }

    private IOException failure(String why, @Nullable Throwable cause) {
        return new IOException(url + ": " + why, cause);
    }

    private HttpURLConnection connection(Duration limit) throws IOException {
        // An answer of our own configuration's server, straight from it: what stands between would answer in its stead.
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(tls == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : tls);
            // Asked only about a name that the certificate does not have.
            https.setHostnameVerifier((host, session) -> false);
        }
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit.toMillis()));
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setAuthenticator(new Authenticator() {});
        connection.setRequestProperty("Accept", "application/json");
        // Else the JDK keeps it for a next request, which may never come.
        connection.setRequestProperty("Connection", "close");
        return connection;
    }

    /** What the request's thread does. */
    private static final class Exchange {
        private final HttpURLConnection connection;
        private final long deadline;
        private volatile boolean reading;

        Exchange(HttpURLConnection connection, long deadline) {
            this.connection = connection;
            this.deadline = deadline;
        }

        String run() throws IOException {
            try {
                int status = connection.getResponseCode();
                if (status != HttpURLConnection.HTTP_OK) {
                    throw new IOException(status < 0 ? "does not speak HTTP" : "answered with status " + status);
                }
                return text(body());
            } finally {
                connection.disconnect();
            }
        }

        private byte[] body() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] chunk = new byte[CHUNK];
            try (InputStream in = connection.getInputStream()) {
                reading = true;
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    all.write(chunk, 0, n);
                    if (all.size() > LARGEST) {
                        throw new IOException("the answer is longer than " + LARGEST + " bytes");
                    }
                    if (System.nanoTime() - deadline > 0) {
                        throw new SocketTimeoutException();
                    }
                }
            }
            return all.toByteArray();
        }

        private static String text(byte[] body) throws IOException {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(body))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IOException("the answer is not UTF-8 text", e);
            }
        }

        /** Closes the connection, unless its body is read: that would wait for the reader, who looks at the time himself. */
        void abandon() {
            if (!reading) {
                connection.disconnect();
            }
        }
    }
}
