package dev.penstock.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code .env} file, read on request only; the real environment wins over it.
 *
 * <p>A line is {@code NAME=value}, with an optional {@code export} before it; blank lines and lines that begin with
 * {@code #} are skipped. An unquoted value ends at {@code  #} (a blank, then the comment) and loses blanks at both ends;
 * a value in single quotes is taken as it is; in double quotes {@code \n}, {@code \r}, {@code \t}, {@code \"}, {@code \$}
 * and {@code \\} are escapes. Values are not expanded: a <code>${…}</code> in a connection string is, later, by its
 * reader.
 */
public final class EnvFile {
    private static final Pattern LINE = Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");
    private static final Pattern SINGLE_QUOTED = Pattern.compile("'([^']*)'\\s*(?:#.*)?");
    private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#.*$");

    private EnvFile() {}

    /**
     * The environment of the process, completed from the file.
     *
     * @throws InvalidConfigException when the file cannot be read or has lines that are not {@code NAME=value}
     */
    public static Map<String, String> read(Path file) {
        return read(file, System.getenv());
    }

    /**
     * The given environment, completed from the file.
     *
     * @throws InvalidConfigException when the file cannot be read or has lines that are not {@code NAME=value}
     */
    public static Map<String, String> read(Path file, Map<String, String> environment) {
        Map<String, String> merged = new HashMap<>(parse(lines(file), fileName(file)));
        merged.putAll(environment);
        return Map.copyOf(merged);
    }

    static Map<String, String> parse(List<String> lines, String label) {
        Map<String, String> values = new LinkedHashMap<>();
        Mistakes mistakes = new Mistakes();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String origin = label + ":" + (i + 1);
            if (!line.isBlank() && !line.strip().startsWith("#")) {
                try {
                    values.put(name(line), value(line));
                } catch (InvalidConfigException e) {
                    mistakes.add(e, "envFile", origin);
                }
            }
        }
        mistakes.throwIfAny();
        return values;
    }

    private static String name(String line) {
        return matched(line).group(1);
    }

    private static String value(String line) {
        String written = matched(line).group(2).stripTrailing();
        Matcher single = SINGLE_QUOTED.matcher(written);
        if (single.matches()) {
            return single.group(1);
        }
        if (written.startsWith("\"")) {
            return doubleQuoted(written);
        }
        if (written.startsWith("'")) {
            throw unclosed();
        }
        return COMMENT.matcher(written).replaceFirst("").strip();
    }

    private static Matcher matched(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw malformed("is not NAME=value", "Write NAME=value, or begin the line with # for a comment.");
        }
        return matcher;
    }

    private static String doubleQuoted(String written) {
        StringBuilder plain = new StringBuilder();
        int i = 1;
        while (i < written.length() && written.charAt(i) != '"') {
            boolean escaped = written.charAt(i) == '\\' && i + 1 < written.length();
            plain.append(escaped ? escape(written.charAt(i + 1)) : String.valueOf(written.charAt(i)));
            i += escaped ? 2 : 1;
        }
        if (i >= written.length() || !written.substring(i + 1).matches("\\s*(?:#.*)?")) {
            throw unclosed();
        }
        return plain.toString();
    }

    private static InvalidConfigException unclosed() {
        return malformed("has a quote that is not closed on its line", "Close the quote, or leave both out.");
    }

    private static String escape(char c) {
        return switch (c) {
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case '"', '\\', '$' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }

    private static List<String> lines(Path file) {
        return TextFile.read(file, why -> unreadable(file, why)).lines().toList();
    }

    private static String fileName(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    private static InvalidConfigException unreadable(Path file, String why) {
        return new InvalidConfigException(new Violation(
                "envFile", "ENV_FILE", TextFile.shown(file), why, TextFile.shown(file), "Name an existing .env file."));
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("ENV_FILE_LINE", "", message, remedy));
    }
}
