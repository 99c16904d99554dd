package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server may send first, however the network cuts it into pieces. */
class LoginStreamTest {
    private static final byte[] AFTERWARDS =
            "R\0\0\0\u0008\0\0\0\0S and whatever else".getBytes(StandardCharsets.ISO_8859_1);

    /** A letter and a number stand for a message; N alone is the answer to the request for TLS, v9 has nine more bytes. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                "R0, NONE",
                "R3, PASSWORD",
                "R5, MD5",
                "R7, GSS",
                "R9, SSPI",
                "R10, SCRAM_SHA_256",
                "N R3, PASSWORD",
                "N R0, NONE",
                "v9 R10, SCRAM_SHA_256",
                "N v9 R3, PASSWORD",
                "R2, -",
                "R99, -",
                "E1, -",
                "N E1, -",
                "S R3, -",
                "N N R3, -",
                "X R3, -"
            })
    void the_first_request_is_heard_and_every_byte_is_passed_on(String sent, AuthMethod heard) throws IOException {
        byte[] bytes = bytes(sent);
        for (int piece : new int[] {1, 2, 3, 5, 8, 9, 10, 1000}) {
            List<AuthMethod> asked = new ArrayList<>();
            InputStream stream = new LoginStream(new Pieces(bytes, piece), asked::add);
            assertThat(readAll(stream, piece)).isEqualTo(bytes);
            assertThat(asked).as("in pieces of " + piece).isEqualTo(heard == null ? List.of() : List.of(heard));
        }
    }

    @ParameterizedTest
    @CsvSource({"R3, PASSWORD", "N R10, SCRAM_SHA_256"})
    void single_bytes_are_heard_too(String sent, AuthMethod heard) throws IOException {
        List<AuthMethod> asked = new ArrayList<>();
        InputStream stream = new LoginStream(new ByteArrayInputStream(bytes(sent)), asked::add);
        int read = 0;
        while (stream.read() >= 0) {
            read++;
        }
        assertThat(read).isEqualTo(bytes(sent).length);
        assertThat(asked).containsExactly(heard);
    }

    private static byte[] bytes(String sent) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String message : sent.split(" ")) {
            all.write(message.charAt(0));
            if (message.length() > 1) {
                int number = Integer.parseInt(message.substring(1));
                boolean isRequest = message.charAt(0) == 'R';
                ByteBuffer rest = ByteBuffer.allocate(isRequest ? 8 : 4 + number);
                rest.putInt(rest.capacity());
                if (isRequest) {
                    rest.putInt(number);
                }
                all.writeBytes(rest.array());
            }
        }
        all.writeBytes(AFTERWARDS);
        return all.toByteArray();
    }

    private static byte[] readAll(InputStream stream, int piece) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[piece + 3];
        int read = stream.read(buffer, 2, piece + 1);
        while (read >= 0) {
            all.write(buffer, 2, read);
            read = stream.read(buffer, 2, piece + 1);
        }
        return all.toByteArray();
    }

    /** As a socket gives them: never more than so many at once. */
    private static final class Pieces extends ByteArrayInputStream {
        private final int most;

        Pieces(byte[] bytes, int most) {
            super(bytes);
            this.most = most;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, most));
        }
    }
}
