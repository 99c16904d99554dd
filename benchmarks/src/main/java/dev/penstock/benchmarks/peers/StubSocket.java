package dev.penstock.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A socket whose other end is a stub server in the calling thread: what is written is answered before the call returns. So the
 * whole way of a call through pools and pgjdbc is measured, and no network and no other thread's waking up. Used by
 * one thread at a time.
 */
final class StubSocket extends SocketImpl {
    static final int PRIMARY = 54321;
    static final int REPLICA = 54322;

    private static final int BUFFER_SIZE = 1 << 16;

    private final Map<Integer, Object> options = new HashMap<>(Map.of(SO_SNDBUF, BUFFER_SIZE, SO_RCVBUF, BUFFER_SIZE));
    private StubSession session = new StubSession(false);
    private boolean closed;

    /** From now on every new socket of this JVM is one; those that stand stay what they are. Can be done once. */
    @SuppressWarnings("deprecation")
    static void install() throws IOException {
        Socket.setSocketImplFactory(StubSocket::new);
    }

    @Override
    protected void connect(SocketAddress server, int timeoutMillis) {
        InetSocketAddress wanted = (InetSocketAddress) server;
        address = wanted.getAddress();
        port = wanted.getPort();
        session = new StubSession(port == REPLICA);
    }

    @Override
    protected void connect(String host, int wanted) throws IOException {
        connect(new InetSocketAddress(host, wanted), 0);
    }

    @Override
    protected void connect(InetAddress host, int wanted) {
        connect(new InetSocketAddress(host, wanted), 0);
    }

    @Override
    protected OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                refuseClosed();
                session.receive(bytes, from, length);
            }
        };
    }

    @Override
    protected InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                refuseClosed();
                int read = session.answers().read(bytes, from, length);
                if (read == 0) {
                    // A server would be waited for. This one has said all that it will say.
                    throw new SocketTimeoutException("the stub server was asked nothing");
                }
                return read;
            }

            @Override
            public int available() {
                return session.answers().available();
            }
        };
    }

    private void refuseClosed() throws IOException {
        if (closed) {
            throw new IOException("the socket is closed");
        }
    }

    @Override
    protected int available() {
        return session.answers().available();
    }

    @Override
    protected void close() {
        closed = true;
    }

    @Override
    public void setOption(int option, Object value) {
        options.put(option, value);
    }

    @Override
    public Object getOption(int option) {
        return option == SO_BINDADDR
                ? InetAddress.getLoopbackAddress()
                : Objects.requireNonNullElse(options.get(option), option == SO_TIMEOUT ? 0 : Boolean.FALSE);
    }

    @Override
    protected void create(boolean stream) {}

    @Override
    protected void bind(InetAddress host, int wanted) {}

    @Override
    protected void listen(int backlog) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void accept(SocketImpl other) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void sendUrgentData(int data) {
        throw new UnsupportedOperationException();
    }
}
