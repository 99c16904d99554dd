package dev.penstock.config;

import dev.penstock.config.Substitution.Syntax;
import dev.penstock.config.UriParts.Form;
import dev.penstock.config.UriParts.HostPart;
import dev.penstock.config.UriParts.Parameter;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.List;

/**
 * libpq's other form, {@code host=db-1 dbname=shop user='shop app'}, taken apart as its {@code conninfo_parse} does:
 * blanks around the equals sign are allowed, a value with blanks stands between single quotes, a backslash takes the
 * next character as it is. Everything becomes a parameter; {@link ConnectionUri} finds host and port among them.
 */
final class KeywordForm {
    private static final String BLANKS = " \t\n\u000b\f\r";

    private final String text;
    private final String mask;
    private int at;

    private KeywordForm(String text, Syntax syntax) {
        this.text = text;
        this.mask = Substitution.mask(text, syntax);
    }

    static UriParts split(String text, Syntax syntax) {
        List<Parameter> parameters = new KeywordForm(text, syntax).parameters();
        return new UriParts(null, null, List.of(new HostPart("", null, false)), null, parameters, Form.KEYWORDS);
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        skipBlanks();
        while (at < text.length()) {
            String name = name();
            parameters.add(new Parameter(name, mask.startsWith("'", at) ? quoted() : plain()));
            skipBlanks();
        }
        return parameters;
    }

    private String name() {
        int start = at;
        while (at < text.length() && mask.charAt(at) != '=' && !isBlank()) {
            at++;
        }
        String name = text.substring(start, at);
        skipBlanks();
        if (at == text.length() || mask.charAt(at) != '=') {
            throw malformed(
                    "has a word without '='", "Write name=value pairs; put a value with blanks in single quotes.");
        }
        at++;
        skipBlanks();
        return name;
    }

    private String plain() {
        StringBuilder value = new StringBuilder();
        while (at < text.length() && !isBlank()) {
            appendUnescaped(value);
        }
        return value.toString();
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && mask.charAt(at) != '\'') {
            appendUnescaped(value);
        }
        if (at == text.length()) {
            throw malformed("has a single quote that is not closed", "Close it, or write \\' for a quote in a value.");
        }
        at++;
        return value.toString();
    }

    private void appendUnescaped(StringBuilder value) {
        if (mask.charAt(at) == '\\') {
            at++;
        }
        if (at < text.length()) {
            value.append(text.charAt(at++));
        }
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank()) {
            at++;
        }
    }

    private boolean isBlank() {
        return BLANKS.indexOf(mask.charAt(at)) >= 0;
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("URL_SYNTAX", "", message, remedy));
    }
}
