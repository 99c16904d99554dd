package dev.penstock.benchmarks.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Messages of the PostgreSQL protocol on their way to a client; kept until they are flushed. Used by one thread. */
final class OutgoingMessages {
    private final OutputStream out;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    /** Where the length of the message that is being made belongs. */
    private int begun;

    OutgoingMessages(OutputStream out) {
        this.out = out;
    }

    /** Starts a message of that type, whose content is put into what is returned. */
    ByteBuffer begin(char type) {
        buffer.put((byte) type);
        begun = buffer.position();
        return buffer.putInt(0);
    }

    void end() {
        buffer.putInt(begun, buffer.position() - begun);
    }

    void empty(char type) {
        begin(type);
        end();
    }

    void text(String value) {
        buffer.put(value.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    }

    /** Whole messages, made before. */
    void add(byte[] messages) {
        buffer.put(messages);
    }

    int position() {
        return buffer.position();
    }

    /** Takes back what was made since {@code position}. */
    byte[] takeFrom(int position) {
        byte[] taken = Arrays.copyOfRange(buffer.array(), position, buffer.position());
        buffer.position(position);
        return taken;
    }

    /** One byte that is no message, at once. */
    void plain(char answer) throws IOException {
        out.write(answer);
        out.flush();
    }

    void flush() throws IOException {
        out.write(buffer.array(), 0, buffer.position());
        out.flush();
        buffer.clear();
    }
}
