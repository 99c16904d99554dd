package dev.penstock.tls;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * What a server sends on one connection, heard until it has said how it wants the login proven, and passed on unchanged. The driver
 * does not tell that: a refused method is one error of many, worded in the language of the JVM.
 *
 * <p>Used by the one thread that logs in, and afterwards by whoever reads; from then on it costs a comparison.
 */
final class LoginStream extends FilterInputStream {
    /** A letter, the length of the rest, and the number of an authentication request. */
    private static final int REQUEST = 9;

    private final Consumer<AuthMethod> heard;
    private final byte[] head = new byte[REQUEST];
    private int filled;
    private int toSkip;
    private boolean first = true;
    private boolean over;

    LoginStream(InputStream in, Consumer<AuthMethod> heard) {
        super(in);
        this.heard = heard;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        if (!over && read >= 0) {
            hear((byte) read);
        }
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = in.read(bytes, offset, length);
        for (int i = 0; !over && i < read; i++) {
            hear(bytes[offset + i]);
        }
        return read;
    }

    private void hear(byte next) {
        if (toSkip > 0) {
            toSkip--;
            return;
        }
        head[filled++] = next;
        if (filled == 1) {
            begin((char) next);
        } else if (filled == 5 && head[0] == 'v') {
            // NegotiateProtocolVersion comes before the request.
            toSkip = Math.max(0, integerAt(1) - 4);
            filled = 0;
        } else if (filled == REQUEST) {
            over = true;
            AuthMethod.asked(integerAt(5)).ifPresent(heard);
        }
    }

    /** In plain text the first byte may be the answer to the request for TLS: no. Everything else is no login, or one that was refused. */
    private void begin(char letter) {
        boolean noTls = first && letter == 'N';
        first = false;
        if (noTls) {
            filled = 0;
        } else {
            over = letter != 'R' && letter != 'v';
        }
    }

    private int integerAt(int index) {
        return (head[index] & 0xff) << 24
                | (head[index + 1] & 0xff) << 16
                | (head[index + 2] & 0xff) << 8
                | (head[index + 3] & 0xff);
    }
}
