package dev.penstock.tls;

import java.util.Locale;

/**
 * What a server sent, as it may stand in a message or a log line. Whoever answers on the configured address is the server here, before it
 * has proved anything; a line break in its text would begin a new line of a log, and an escape sequence would steer the terminal that
 * shows it (CWE-117, CWE-150). Everything of Penstock that shows such a text takes it from here.
 */
public final class ServerText {
    private ServerText() {}

    /**
     * The text in one line: line breaks, with the blanks around them, become {@code "; "}, and every other character that has no shape of its
     * own (controls, writing directions, lone surrogates) becomes its escape, such as {@code \}{@code u001b}.
     */
    public static String inOneLine(String text) {
        return isPrintable(text) ? text.strip() : escaped(text);
    }

    /** The message of a failure in one line; the name of its class if it has none. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getName() : inOneLine(message);
    }

    /** Whether {@link #inOneLine} would only take blanks from its ends. */
    public static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(ServerText::hasNoShape);
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder();
        boolean broken = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (isLineBreak(c)) {
                broken = true;
                continue;
            }
            if (c == '\t' || Character.isSpaceChar(c)) {
                line.append(' ');
                continue;
            }
            if (broken) {
                separate(line);
                broken = false;
            }
            append(line, c);
        }
        return line.toString().strip();
    }

    /** A text that begins with line breaks has nothing to be separated from, and a colon separates already. */
    private static void separate(StringBuilder line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ') {
            end--;
        }
        line.setLength(end);
        if (end > 0) {
            line.append(line.charAt(end - 1) == ':' ? " " : "; ");
        }
    }

    private static void append(StringBuilder line, int c) {
        if (!hasNoShape(c)) {
            line.appendCodePoint(c);
        } else {
            line.append(
                    c > 0xffff ? String.format(Locale.ROOT, "\\U%08x", c) : String.format(Locale.ROOT, "\\u%04x", c));
        }
    }

    private static boolean isLineBreak(int c) {
        return c == '\n' || c == '\r' || c == 0x0b || c == 0x0c || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    private static boolean hasNoShape(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
