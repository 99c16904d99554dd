package dev.penstock.tls;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Properties;
import java.util.function.Consumer;
import javax.net.SocketFactory;

/**
 * A socket on which a driver may ask for TLS: it hands over the one byte that answers an {@code SSLRequest} and nothing that arrived behind it.
 * pgjdbc reads as much as there is and then drops it, so that it would not notice what somebody in between wrote into the connection;
 * here those bytes are still there when TLS begins, and end the connection (CVE-2021-23222 was this in libpq). An error as answer ends it too,
 * unread: it comes from nobody knows whom (CVE-2024-10977). Whatever else is sent and received passes unchanged.
 *
 * <p>Used by one thread at a time, as a driver does.
 */
public final class TlsRequestSocket extends Socket {
    /** {@code SSLRequest} of PostgreSQL's protocol: its length, then 80877103. */
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 0x04, (byte) 0xd2, 0x16, 0x2f};

    private enum Stage {
        SILENT,
        ASKED,
        TALKING
    }

    private volatile Stage stage = Stage.SILENT;

    private final Consumer<AuthMethod> asked;

    /** An unconnected socket. */
    public TlsRequestSocket() {
        this(method -> {});
    }

    /** @param asked hears how the server wants the login proven, when that is in plain text */
    TlsRequestSocket(Consumer<AuthMethod> asked) {
        this.asked = asked;
    }

    static byte[] request() {
        return SSL_REQUEST.clone();
    }

    /** The error's own text is not read: nothing vouches for it. */
    static IOException errorAsAnswer() {
        return new IOException("the server answered the request for TLS with an error; its text is not shown, because"
                + " nothing proves who sent it: look into the server's log");
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream out = super.getOutputStream();
        return stage == Stage.SILENT ? new Requests(out) : out;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream in = super.getInputStream();
        return stage == Stage.TALKING ? in : new LoginStream(new Answers(in), asked);
    }

    private final class Requests extends FilterOutputStream {
        Requests(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (stage == Stage.SILENT && length > 0) {
                boolean asks = Arrays.equals(bytes, offset, offset + length, SSL_REQUEST, 0, SSL_REQUEST.length);
                stage = asks ? Stage.ASKED : Stage.TALKING;
            }
            out.write(bytes, offset, length);
        }
    }

    private final class Answers extends FilterInputStream {
        Answers(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            if (stage == Stage.ASKED && read >= 0) {
                stage = Stage.TALKING;
                if (read == 'E') {
                    throw errorAsAnswer();
                }
            }
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (stage != Stage.ASKED || length == 0) {
                return in.read(bytes, offset, length);
            }
            int answer = read();
            if (answer < 0) {
                return answer;
            }
            bytes[offset] = (byte) answer;
            return 1;
        }
    }

    /** Makes these sockets for pgjdbc, whose {@code socketFactory} names it in {@link TlsContext#driverProperties()}. */
    public static final class Factory extends SocketFactory {
        /**
         * Called by pgjdbc for each connection, in plain text too: here it is seen that a JDBC URL took away what the properties demand. Properties
         * without a context's key are the user's own, and nothing to compare with.
         */
        public Factory(Properties properties) {
            if (properties.getProperty(TlsRegistry.PROPERTY) != null) {
                TlsRegistry.find(properties).driverProperties().forEach((name, ours) -> {
                    String value = properties.getProperty(name);
                    if (!ours.equals(value)) {
                        throw UnusableContextException.overridden(name, String.valueOf(value), ours);
                    }
                });
            }
        }

        @Override
        public Socket createSocket() {
            return new TlsRequestSocket();
        }

        /** Not offered: pgjdbc connects the socket itself. */
        @Override
        public Socket createSocket(String host, int port) {
            throw unconnectedOnly();
        }

        /** Not offered, as above. */
        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw unconnectedOnly();
        }

        /** Not offered, as above. */
        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw unconnectedOnly();
        }

        /** Not offered, as above. */
        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw unconnectedOnly();
        }

        private static UnsupportedOperationException unconnectedOnly() {
            return new UnsupportedOperationException("pgjdbc connects the socket itself");
        }
    }
}
