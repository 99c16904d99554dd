package dev.penstock.benchmarks.peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Messages of the PostgreSQL protocol for a client, kept until it reads them. Used by one thread at a time. */
final class OutgoingMessages {
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    /** Where the length of the message that is being made belongs. */
    private int begun;

    /** How much the client has read, and how much it may. */
    private int read;

    private int flushed;

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

    /** One byte that is no message. */
    void plain(char answer) {
        buffer.put((byte) answer);
        flush();
    }

    /** The client may read what there is. */
    void flush() {
        flushed = buffer.position();
    }

    int available() {
        return flushed - read;
    }

    /** @return how many bytes; 0 when there is nothing to read */
    int read(byte[] into, int from, int most) {
        int count = Math.min(most, available());
        System.arraycopy(buffer.array(), read, into, from, count);
        read += count;
        if (read == buffer.position()) {
            buffer.clear();
            read = 0;
            flushed = 0;
        }
        return count;
    }
}
