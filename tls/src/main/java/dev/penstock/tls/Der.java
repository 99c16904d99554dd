package dev.penstock.tls;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Just enough DER (X.690) to tell private-key structures apart and to wrap the two old ones into PKCS#8: one element, its tag and content.
 */
record Der(int tag, byte[] content) {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;
    static final int CONTEXT_0 = 0xA0;

    private static final int MAX_LENGTH_BYTES = 3;

    /** The elements that follow one another in the bytes; empty when the bytes are not DER. */
    static List<Der> parse(byte[] bytes) {
        List<Der> elements = new ArrayList<>();
        int position = 0;
        while (position < bytes.length) {
            int start = contentStart(bytes, position);
            int length = start < 0 ? -1 : contentLength(bytes, position);
            if (length < 0 || start + length > bytes.length) {
                return List.of();
            }
            elements.add(new Der(bytes[position] & 0xFF, Arrays.copyOfRange(bytes, start, start + length)));
            position = start + length;
        }
        return elements;
    }

    /** The elements inside this one. */
    List<Der> children() {
        return parse(content);
    }

    private static int contentStart(byte[] bytes, int position) {
        if (position + 1 >= bytes.length) {
            return -1;
        }
        int first = bytes[position + 1] & 0xFF;
        int lengthBytes = first < 0x80 ? 0 : first & 0x7F;
        int start = position + 2 + lengthBytes;
        return lengthBytes > MAX_LENGTH_BYTES || start > bytes.length ? -1 : start;
    }

    private static int contentLength(byte[] bytes, int position) {
        int first = bytes[position + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            length = (length << 8) | (bytes[position + 2 + i] & 0xFF);
        }
        return first == 0x80 ? -1 : length;
    }

    static byte[] encode(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        writeLength(element, content.size());
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    byte[] encoded() {
        return encode(tag, content);
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 0x80) {
            out.write(length);
            return;
        }
        int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        out.write(0x80 | lengthBytes);
        for (int shift = (lengthBytes - 1) * 8; shift >= 0; shift -= 8) {
            out.write(length >> shift);
        }
    }

    /** Without the content: it may be a key. */
    @Override
    public String toString() {
        return "Der[tag=" + tag + ", length=" + content.length + "]";
    }
}
