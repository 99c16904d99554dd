package dev.penstock.benchmarks.peers;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One session of the stub server: enough of the PostgreSQL protocol, version 3, for pgjdbc to start a session, prepare, ask and end
 * transactions. Once its statements are prepared it allocates nothing, so that what a caller allocates can be counted
 * for the whole process. Used by one thread.
 */
final class StubSession {
    private static final int CANCEL_REQUEST = 80877102;
    private static final int SSL_REQUEST = 80877103;
    private static final int BUFFER = 1 << 16;
    private static final int TEXT = 25;
    private static final int INT4 = 23;

    private final DataInputStream in;
    private final OutputStream out;
    private final boolean replica;
    private final ByteBuffer message = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer answer = ByteBuffer.allocate(BUFFER);
    private final StubAnswer[] numbered = new StubAnswer[1 << 10];
    private final byte[][] rows = new byte[StubAnswer.values().length * 2][];
    private StubAnswer unnamed = StubAnswer.NOTHING;
    private StubAnswer bound = StubAnswer.NOTHING;
    private boolean binary;
    private byte transaction = 'I';
    /** Where the length of the message that is being made belongs. */
    private int begun;

    StubSession(DataInputStream in, OutputStream out, boolean replica) {
        this.in = in;
        this.out = out;
        this.replica = replica;
    }

    /** Until the client leaves. */
    void serve() throws IOException {
        if (!start()) {
            return;
        }
        try {
            for (byte type = in.readByte(); type != 'X'; type = in.readByte()) {
                read(in.readInt() - 4);
                handle(type);
            }
        } catch (EOFException clientHasGone) {
            return;
        }
    }

    private boolean start() throws IOException {
        while (true) {
            read(in.readInt() - 4);
            int code = message.getInt();
            if (code == CANCEL_REQUEST) {
                return false;
            } else if (code == SSL_REQUEST) {
                out.write('N');
                out.flush();
            } else {
                greet();
                return true;
            }
        }
    }

    private void read(int length) throws IOException {
        in.readFully(message.array(), 0, length);
        message.position(0).limit(length);
    }

    private void greet() throws IOException {
        begin('R').putInt(0);
        end();
        parameter("server_version", "18.6");
        parameter("server_encoding", "UTF8");
        parameter("client_encoding", "UTF8");
        parameter("DateStyle", "ISO, MDY");
        parameter("TimeZone", "UTC");
        parameter("integer_datetimes", "on");
        parameter("standard_conforming_strings", "on");
        parameter("in_hot_standby", replica ? "on" : "off");
        parameter("default_transaction_read_only", "off");
        begin('K').putInt(1).putInt(1);
        end();
        ready();
    }

    private void parameter(String name, String value) {
        begin('S');
        text(name);
        text(value);
        end();
    }

    private void handle(byte type) throws IOException {
        switch (type) {
            case 'Q' -> simple();
            case 'P' -> parse();
            case 'B' -> bind();
            case 'D' -> describe();
            case 'E' -> execute();
            case 'C' -> empty('3');
            case 'S' -> ready();
            case 'H' -> flush();
            default -> throw new IOException("the stub server does not know the message '" + (char) type + "'");
        }
    }

    private void simple() throws IOException {
        bound = StubAnswer.to(string());
        binary = false;
        if (bound.row(replica).length > 0) {
            columns();
        }
        execute();
        ready();
    }

    private void parse() {
        String name = string();
        StubAnswer parsed = StubAnswer.to(string());
        if (name.isEmpty()) {
            unnamed = parsed;
        } else {
            numbered[number(name)] = parsed;
        }
        empty('1');
    }

    /** pgjdbc calls its statements S_1, S_2, …; more than fit would be a statement that is prepared again and again. */
    private static int number(String name) {
        return Integer.parseInt(name.substring(2));
    }

    private void bind() {
        skipText();
        bound = statement();
        int formats = message.getShort();
        message.position(message.position() + 2 * formats);
        for (int parameters = message.getShort(); parameters > 0; parameters--) {
            int length = message.getInt();
            message.position(message.position() + Math.max(0, length));
        }
        binary = message.getShort() > 0 && message.getShort() == 1;
        empty('2');
    }

    /** The statement of that name, found without making a text of it. */
    private StubAnswer statement() {
        int number = -1;
        for (byte letter = message.get(); letter != 0; letter = message.get()) {
            number = letter == '_' ? 0 : number < 0 ? number : number * 10 + letter - '0';
        }
        return number < 0 ? unnamed : numbered[number];
    }

    private void describe() {
        boolean ofStatement = message.get() == 'S';
        if (ofStatement) {
            bound = statement();
            begin('t').putShort((short) 0);
            end();
        }
        if (bound.row(replica).length > 0) {
            columns();
        } else {
            empty('n');
        }
    }

    private void columns() {
        int count = bound.row(replica).length;
        begin('T').putShort((short) count);
        for (int i = 0; i < count; i++) {
            text("c" + i);
            answer.putInt(0).putShort((short) 0);
            answer.putInt(bound.isNumber() ? INT4 : TEXT);
            answer.putShort((short) (bound.isNumber() ? 4 : -1)).putInt(-1);
            answer.putShort((short) (binary && bound.isNumber() ? 1 : 0));
        }
        end();
    }

    private void execute() {
        if (bound == StubAnswer.NOTHING) {
            empty('I');
            return;
        }
        answer.put(rowAndTag());
        transaction = switch (bound) {
            case BEGIN -> 'T';
            case COMMIT, ROLLBACK -> 'I';
            default -> transaction;
        };
    }

    /** Made once for each answer and format. */
    private byte[] rowAndTag() {
        int place = bound.ordinal() * 2 + (binary ? 1 : 0);
        if (rows[place] == null) {
            int from = answer.position();
            row(bound.row(replica));
            begin('C');
            text(bound.tag());
            end();
            rows[place] = Arrays.copyOfRange(answer.array(), from, answer.position());
            answer.position(from);
        }
        return rows[place];
    }

    private void row(String[] values) {
        if (values.length == 0) {
            return;
        }
        begin('D').putShort((short) values.length);
        for (String value : values) {
            if (binary && bound.isNumber()) {
                answer.putInt(4).putInt(Integer.parseInt(value));
            } else {
                byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
                answer.putInt(bytes.length).put(bytes);
            }
        }
        end();
    }

    private void ready() throws IOException {
        begin('Z').put(transaction);
        end();
        flush();
    }

    private void flush() throws IOException {
        out.write(answer.array(), 0, answer.position());
        out.flush();
        answer.clear();
    }

    private ByteBuffer begin(char type) {
        answer.put((byte) type);
        begun = answer.position();
        return answer.putInt(0);
    }

    private void end() {
        answer.putInt(begun, answer.position() - begun);
    }

    private void empty(char type) {
        begin(type);
        end();
    }

    private void text(String value) {
        answer.put(value.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    }

    private String string() {
        int from = message.position();
        skipText();
        return new String(message.array(), from, message.position() - from - 1, StandardCharsets.UTF_8);
    }

    private void skipText() {
        while (message.get() != 0) {
            // The zero is what was looked for.
        }
    }
}
