package dev.penstock.connect;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Speaks PostgreSQL's protocol on loopback as far as the question of the login, offers no TLS, and keeps what it is sent after that. */
final class AskingServer implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger asked = new AtomicInteger();
    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final int code;
    private final byte[] data;

    /** @param code the kind of the authentication request; {@code data} is what follows it */
    AskingServer(int code, String data) throws IOException {
        this.code = code;
        this.data = data.getBytes(StandardCharsets.ISO_8859_1);
        threads.execute(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How many logins came as far as the question. */
    int asked() {
        return asked.get();
    }

    /** Everything that was sent in answer to the question. */
    String answers() {
        synchronized (answers) {
            return answers.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.execute(() -> ask(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void ask(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            int version = startup(in);
            if (version == SSL_REQUEST) {
                out.write('N');
                startup(in);
            }
            asked.incrementAndGet();
            out.write('R');
            out.writeInt(8 + data.length);
            out.writeInt(code);
            out.write(data);
            out.flush();
            int answer = in.read();
            while (answer >= 0) {
                synchronized (answers) {
                    answers.write(answer);
                }
                answer = in.read();
            }
        } catch (IOException gone) {
            // The client has seen enough.
            return;
        }
    }

    private static int startup(DataInputStream in) throws IOException {
        int length = in.readInt();
        int version = in.readInt();
        in.readNBytes(length - 8);
        return version;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
