package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statements of a {@code .env} file, by the grammar of Compose (compose-go's {@code dotenv/parser.go}). After a statement that is none it goes on
 * with the next line, so that every mistake is told. Not thread-safe. Messages echo nothing: a broken line may hold a password.
 */
final class EnvStatements {
    private static final Pattern EXPORT = Pattern.compile("export[ \\t]+");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:([abfnrtv$\"\\\\])|0([0-7]{3}))");
    private static final Map<Character, String> ESCAPES =
            Map.of('a', "\u0007", 'b', "\b", 'f', "\f", 'n', "\n", 'r', "\r", 't', "\t", 'v', "\u000b");

    /**
     * One {@code NAME=value}.
     *
     * @param value without its quotes and escapes; prints not
     * @param literal whether it stood in single quotes and is not expanded
     */
    record Statement(String name, String value, boolean literal) {
        @Override
        public String toString() {
            return name + "=***";
        }
    }

    private final String text;
    private int at;
    private int counted;
    private int line = 1;

    EnvStatements(String text) {
        this.text = text;
    }

    /** Goes to the next statement, over blanks and comments. */
    boolean hasNext() {
        while (at < text.length() && (isBlank(text.charAt(at)) || text.charAt(at) == '\n' || text.charAt(at) == '#')) {
            at = text.charAt(at) == '#' ? lineEnd(at) : at + 1;
        }
        return at < text.length();
    }

    /** The number of the line that it stands on, from 1. */
    int line() {
        for (; counted < at; counted++) {
            line += text.charAt(counted) == '\n' ? 1 : 0;
        }
        return line;
    }

    /**
     * Reads the statement.
     *
     * @return null for a name alone, which takes the process's variable; and for a name that begins with a digit, which Compose passes over
     * @throws InvalidConfigException when it is none
     */
    @Nullable
    Statement next() {
        int end = lineEnd(at);
        try {
            Matcher export = EXPORT.matcher(text).region(at, end);
            int from = export.lookingAt() ? export.end() : at;
            int separator = separator(from, end);
            String name = text.substring(from, separator).strip();
            if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
                throw malformed("is not NAME=value", "Write NAME=value, or begin the line with # for a comment.");
            }
            boolean alone = separator == end;
            at = alone ? end : separator + 1;
            Statement statement = alone ? null : valued(name);
            return Character.isDigit(name.charAt(0)) ? null : statement;
        } catch (InvalidConfigException none) {
            at = end;
            throw none;
        }
    }

    /** Finds the end of the name: an equals sign, a colon or the end of the line. */
    private int separator(int from, int end) {
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (c == '=' || c == ':') {
                return i;
            }
            boolean inName = Character.isLetterOrDigit(c) || isBlank(c) || "_.-[]".indexOf(c) >= 0;
            if (!inName) {
                throw malformed("is not NAME=value", "Write NAME=value, or begin the line with # for a comment.");
            }
        }
        return end;
    }

    private Statement valued(String name) {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        char quote = at < text.length() ? text.charAt(at) : '\n';
        if (quote == '\'' || quote == '"') {
            String value = quoted(quote);
            return new Statement(name, quote == '"' ? unescaped(value) : value, quote == '\'');
        }
        int end = lineEnd(at);
        String line = text.substring(at, end);
        at = end;
        int comment = line.indexOf(" #");
        return new Statement(name, stripped(comment < 0 ? line : line.substring(0, comment)), false);
    }

    /** Reads to the closing quote, over any number of lines. The quote itself may be escaped; other escapes stay. */
    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != quote) {
            boolean pair = text.charAt(i) == '\\' && i + 1 < text.length();
            boolean escapedQuote = pair && text.charAt(i + 1) == quote;
            value.append(text, escapedQuote ? i + 1 : i, pair ? i + 2 : i + 1);
            i += pair ? 2 : 1;
        }
        if (i >= text.length()) {
            throw malformed("has a quote that is not closed", "Close the quote, or leave both out.");
        }
        int end = lineEnd(i + 1);
        String behind = stripped(text.substring(i + 1, end)).stripLeading();
        if (!behind.isEmpty() && !behind.startsWith("#")) {
            throw malformed("goes on behind its closing quote", "Put all of it between the quotes.");
        }
        at = end;
        return value.toString();
    }

    /** The escapes of a shell. An escaped dollar sign becomes two, which expanding takes for one. */
    private static String unescaped(String value) {
        return ESCAPE.matcher(value).replaceAll(escape -> Matcher.quoteReplacement(unescaped(escape)));
    }

    private static String unescaped(MatchResult escape) {
        if (escape.group(1) == null) {
            return String.valueOf((char) Integer.parseInt(escape.group(2), 8));
        }
        char c = escape.group(1).charAt(0);
        return c == '$' ? "$$" : ESCAPES.getOrDefault(c, String.valueOf(c));
    }

    private int lineEnd(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static String stripped(String line) {
        int end = line.length();
        while (end > 0 && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(0, end);
    }

    /** A blank within a line, the no-break space and a carriage return included, as in Compose. */
    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u000b' || c == '\u0085' || c == '\u00a0';
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("ENV_FILE_LINE", "", message, remedy));
    }
}
