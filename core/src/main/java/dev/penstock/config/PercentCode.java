package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** libpq's percent rules: two hex digits behind every percent sign, never {@code %00}, and a plus stays a plus. */
final class PercentCode {
    private PercentCode() {}

    /** @throws InvalidConfigException when an escape is broken or the bytes are not UTF-8; echoes nothing */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int from = 0;
        int percent = text.indexOf('%');
        while (percent >= 0) {
            bytes.writeBytes(text.substring(from, percent).getBytes(StandardCharsets.UTF_8));
            bytes.write(escape(text, percent));
            from = percent + 3;
            percent = text.indexOf('%', from);
        }
        bytes.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
        return utf8(bytes.toByteArray());
    }

    private static int escape(String text, int percent) {
        int high = percent + 1 < text.length() ? hex(text.charAt(percent + 1)) : -1;
        int low = percent + 2 < text.length() ? hex(text.charAt(percent + 2)) : -1;
        if (high < 0 || low < 0) {
            throw malformed("has a percent sign without two hex digits behind it", "Write %25 for a percent sign.");
        }
        if (high == 0 && low == 0) {
            throw malformed("has the escape %00, which PostgreSQL cannot take", "Leave it out.");
        }
        return high * 16 + low;
    }

    /** ASCII digits only: Character.digit would take those of every script. */
    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw malformed("has percent escapes that are not UTF-8", "Encode the characters as UTF-8.");
        }
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("URL_PERCENT", "", message, remedy));
    }
}
