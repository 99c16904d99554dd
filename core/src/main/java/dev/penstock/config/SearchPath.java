package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The key {@code schema}: one name, or several separated by commas, each taken as it is written. A name between double quotes may hold a comma; two
 * quotes within them are one.
 */
final class SearchPath {
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

    private final String written;
    private int at;

    private SearchPath(String written) {
        this.written = written;
    }

    /** @throws InvalidConfigException when it is no list of names */
    static List<String> names(String written) {
        return new SearchPath(written).names();
    }

    /**
     * As the server takes it apart again ({@code SplitIdentifierString}): it folds what has no quotes, so that these stand around every name that it
     * would not leave as it is, {@code "$user"} among them.
     */
    static String quoted(List<String> names) {
        return names.stream().map(SearchPath::quoted).collect(Collectors.joining(", "));
    }

    private static String quoted(String name) {
        return PLAIN.matcher(name).matches() ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        do {
            String name = name();
            if (name.isEmpty()) {
                throw malformed();
            }
            names.add(name);
        } while (at++ < written.length());
        return names;
    }

    /** Stops at the comma behind it, or at the end. */
    private String name() {
        skipBlanks();
        if (at < written.length() && written.charAt(at) == '"') {
            String name = betweenQuotes();
            skipBlanks();
            if (at < written.length() && written.charAt(at) != ',') {
                throw malformed();
            }
            return name;
        }
        int comma = written.indexOf(',', at);
        String name =
                written.substring(at, comma < 0 ? written.length() : comma).strip();
        at = comma < 0 ? written.length() : comma;
        if (name.indexOf('"') >= 0) {
            throw malformed();
        }
        return name;
    }

    private String betweenQuotes() {
        StringBuilder name = new StringBuilder();
        for (at++; at < written.length(); at++) {
            boolean quote = written.charAt(at) == '"';
            if (quote && !written.startsWith("\"\"", at)) {
                at++;
                return name.toString();
            }
            name.append(written.charAt(at));
            at += quote ? 1 : 0;
        }
        throw malformed();
    }

    private void skipBlanks() {
        while (at < written.length() && Character.isWhitespace(written.charAt(at))) {
            at++;
        }
    }

    private static InvalidConfigException malformed() {
        return new InvalidConfigException(Violation.of(
                "SCHEMA_LIST",
                "",
                "must be a name, or several separated by commas",
                "Write shop, or app, public; a name with a comma in it stands between double quotes."));
    }
}
