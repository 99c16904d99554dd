package dev.penstock.benchmarks.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One session of the stub server: enough of the PostgreSQL protocol, version 3, for pgjdbc to start a session, prepare, ask and end
 * transactions. Once its statements are prepared it allocates nothing, so that what a caller allocates can be counted
 * for the whole process. Used by one thread at a time.
 */
final class StubSession {
    private static final int CANCEL_REQUEST = 80877102;
    private static final int SSL_REQUEST = 80877103;
    private static final int BUFFER = 1 << 16;
    private static final int TEXT = 25;
    private static final int INT4 = 23;

    private final boolean replica;
    private final OutgoingMessages out = new OutgoingMessages();
    private final ByteBuffer incoming = ByteBuffer.allocate(BUFFER);
    private final StubAnswer[] numbered = new StubAnswer[1 << 10];
    private final byte[][] rows = new byte[StubAnswer.values().length * 2][];
    private final ByteBuffer message = ByteBuffer.wrap(incoming.array());
    private StubAnswer unnamed = StubAnswer.NOTHING;
    private StubAnswer bound = StubAnswer.NOTHING;
    private boolean started;
    private boolean binary;
    private byte transaction = 'I';

    StubSession(boolean replica) {
        this.replica = replica;
    }

    OutgoingMessages answers() {
        return out;
    }

    /** Answers every message that is complete now. */
    void receive(byte[] bytes, int from, int length) throws IOException {
        incoming.put(bytes, from, length);
        int done = 0;
        for (int next = answerOne(0); next > done; next = answerOne(done)) {
            done = next;
        }
        incoming.flip().position(done);
        incoming.compact();
    }

    /** @return where the next message begins; {@code from} when this one is not complete */
    private int answerOne(int from) throws IOException {
        int header = started ? 1 : 0;
        if (incoming.position() < from + header + 4) {
            return from;
        }
        int end = from + header + incoming.getInt(from + header);
        if (incoming.position() < end) {
            return from;
        }
        message.limit(end).position(from + header + 4);
        if (started) {
            handle(incoming.get(from));
        } else {
            start();
        }
        return end;
    }

    private void start() {
        int code = message.getInt();
        if (code == SSL_REQUEST) {
            out.plain('N');
        } else if (code != CANCEL_REQUEST) {
            greet();
            started = true;
        }
    }

    private void greet() {
        out.begin('R').putInt(0);
        out.end();
        parameter("server_version", "18.6");
        parameter("server_encoding", "UTF8");
        parameter("client_encoding", "UTF8");
        parameter("DateStyle", "ISO, MDY");
        parameter("TimeZone", "UTC");
        parameter("integer_datetimes", "on");
        parameter("standard_conforming_strings", "on");
        parameter("in_hot_standby", replica ? "on" : "off");
        parameter("default_transaction_read_only", "off");
        out.begin('K').putInt(1).putInt(1);
        out.end();
        ready();
    }

    private void parameter(String name, String value) {
        out.begin('S');
        out.text(name);
        out.text(value);
        out.end();
    }

    private void handle(byte type) throws IOException {
        switch (type) {
            case 'Q' -> simple();
            case 'P' -> parse();
            case 'B' -> bind();
            case 'D' -> describe();
            case 'E' -> execute();
            case 'C' -> out.empty('3');
            case 'S' -> ready();
            case 'H' -> out.flush();
            case 'X' -> out.flush();
            default -> throw new IOException("the stub server does not know the message '" + (char) type + "'");
        }
    }

    private void simple() {
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
        out.empty('1');
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
        out.empty('2');
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
            out.begin('t').putShort((short) 0);
            out.end();
        }
        if (bound.row(replica).length > 0) {
            columns();
        } else {
            out.empty('n');
        }
    }

    private void columns() {
        int count = bound.row(replica).length;
        ByteBuffer columns = out.begin('T').putShort((short) count);
        for (int i = 0; i < count; i++) {
            out.text("c" + i);
            columns.putInt(0).putShort((short) 0);
            columns.putInt(bound.isNumber() ? INT4 : TEXT);
            columns.putShort((short) (bound.isNumber() ? 4 : -1)).putInt(-1);
            columns.putShort((short) (binary && bound.isNumber() ? 1 : 0));
        }
        out.end();
    }

    private void execute() {
        if (bound == StubAnswer.NOTHING) {
            out.empty('I');
            return;
        }
        out.add(rowAndTag());
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
            int from = out.position();
            row(bound.row(replica));
            out.begin('C');
            out.text(bound.tag());
            out.end();
            rows[place] = out.takeFrom(from);
        }
        return rows[place];
    }

    private void row(String[] values) {
        if (values.length == 0) {
            return;
        }
        ByteBuffer row = out.begin('D').putShort((short) values.length);
        for (String value : values) {
            if (binary && bound.isNumber()) {
                row.putInt(4).putInt(Integer.parseInt(value));
            } else {
                byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
                row.putInt(bytes.length).put(bytes);
            }
        }
        out.end();
    }

    private void ready() {
        out.begin('Z').put(transaction);
        out.end();
        out.flush();
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
