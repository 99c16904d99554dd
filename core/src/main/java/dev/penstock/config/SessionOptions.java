package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libpq's {@code options}: words separated by blanks, a backslash before a blank that belongs to a word; here only
 * {@code -c name=value} and {@code --name=value}, because the other switches of the server are none of a client's.
 */
final class SessionOptions {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_.]*";
    private static final Pattern SETTING = Pattern.compile("(?s)(" + NAME + ")=(.*)");

    /** Settings that have a key of their own, or that the driver depends on. */
    private static final Map<String, String> OWN = Map.of(
            "statement_timeout", "Use the key statement_timeout.",
            "search_path", "Use the key schema.",
            "application_name", "Use the key application_name.",
            "role", "Use owner_user and migration_user.",
            "session_authorization", "Log in as that role.",
            "default_transaction_read_only", "Reads and writes are separated by db.read and db.write.",
            "client_encoding", "The driver works in UTF-8.",
            "datestyle", "The driver works in ISO.",
            "timezone", "The driver sets the time zone of the JVM: start it with -Duser.timezone.");

    private SessionOptions() {}

    /** @throws InvalidConfigException when a word is not a setting */
    static Map<String, String> parse(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-c") && i + 1 < words.size()) {
                add(settings, words.get(++i));
            } else if (word.startsWith("--")) {
                int equals = word.indexOf('=');
                String name =
                        word.substring(2, equals < 0 ? word.length() : equals).replace('-', '_');
                add(settings, equals < 0 ? name : name + word.substring(equals));
            } else if (word.startsWith("-c")) {
                add(settings, word.substring(2));
            } else {
                throw malformed();
            }
        }
        return settings;
    }

    /** @throws InvalidConfigException naming every setting that is not the application's to make, or that cannot be sent */
    static void check(Map<String, String> settings) {
        List<Violation> found = new ArrayList<>();
        settings.forEach((name, value) -> {
            String remedy = OWN.get(name.toLowerCase(Locale.ROOT));
            if (remedy != null) {
                found.add(
                        Violation.of("RESERVED_SETTING", "", "sets " + name + ", which Penstock sets itself", remedy));
            } else if (!name.matches(NAME)) {
                found.add(Violation.of("OPTIONS", "", "has a name that no setting has", "Correct it."));
            } else if (value.indexOf('\0') >= 0) {
                found.add(Violation.of(
                        KeyType.CONTROL_CHARACTER.code(),
                        "",
                        "has a NUL in the value of " + name,
                        "Take it out: the server would read what follows as the next parameter."));
            }
        });
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }

    /** The word with a backslash before blanks and backslashes, as the server takes it apart again. */
    static String escaped(String word) {
        return word.replaceAll("([\\s\\\\])", "\\\\$1");
    }

    private static void add(Map<String, String> settings, String word) {
        Matcher setting = SETTING.matcher(word);
        if (!setting.matches()) {
            throw malformed();
        }
        settings.put(setting.group(1), setting.group(2));
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean blank = Character.isWhitespace(c);
            if (blank && inWord) {
                words.add(word.toString());
                word.setLength(0);
            } else if (!blank) {
                word.append(c == '\\' && i + 1 < text.length() ? text.charAt(++i) : c);
            }
            inWord = !blank;
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static InvalidConfigException malformed() {
        return new InvalidConfigException(Violation.of(
                "OPTIONS",
                "",
                "must consist of -c name=value or --name=value",
                "Write one -c for every setting, with a backslash before a blank in a value."));
    }
}
