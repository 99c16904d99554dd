package dev.penstock.config;

import dev.penstock.config.Substitution.Chosen;
import dev.penstock.config.Substitution.Syntax;
import dev.penstock.config.UriParts.Form;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that is to be a connection string: recognises its form, or refuses it by its scheme and nothing else.
 *
 * @param text as chosen, expressions in it not expanded
 * @param syntax which expressions it may hold
 * @param literal whether somebody wrote it into a file or program, rather than into a variable
 */
record UriText(String text, Syntax syntax, boolean literal) {
    private static final Pattern JDBC = Pattern.compile("jdbc:postgresql://");
    private static final Pattern POSTGRES = Pattern.compile("postgres(ql)?(\\+[A-Za-z0-9_]+)?://");
    private static final Pattern KEYWORDS = Pattern.compile("\\s*[a-zA-Z_]+\\s*=");
    private static final Pattern OTHER_SCHEME =
            Pattern.compile("((?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]{0,30}):(?://|/|:memory)");
    private static final Pattern BLANK_OR_CONTROL = Pattern.compile("[\\s\\p{Cntrl}]");

    static UriText of(Setting scalar, Substitution substitution) {
        boolean fromFile = scalar.kind() == Setting.Kind.FILE;
        if (!fromFile) {
            return new UriText(scalar.text(), Syntax.BRACES, scalar.kind() != Setting.Kind.VARIABLE);
        }
        Chosen chosen = substitution.choose(scalar.text());
        return new UriText(chosen.text(), chosen.syntax(), chosen.variable() == null);
    }

    /** A part of it, without blanks at its ends. */
    UriText part(int from, int to) {
        return new UriText(text.substring(from, to).strip(), syntax, literal);
    }

    boolean isEmpty() {
        return text.isBlank();
    }

    /** @throws InvalidConfigException when it is no connection string of PostgreSQL, or a malformed one */
    UriParts split() {
        Matcher jdbc = JDBC.matcher(text);
        if (jdbc.lookingAt()) {
            return uri(jdbc.end(), Form.JDBC);
        }
        Matcher postgres = POSTGRES.matcher(text);
        if (postgres.lookingAt()) {
            return uri(postgres.end(), Form.URI);
        }
        if (KEYWORDS.matcher(text).lookingAt()) {
            return KeywordForm.split(text, syntax);
        }
        throw otherScheme();
    }

    private UriParts uri(int start, Form form) {
        UriParts parts = UriSplitter.split(text, start, syntax, form);
        if (BLANK_OR_CONTROL.matcher(Substitution.mask(text, syntax)).find()) {
            throw new InvalidConfigException(Violation.of(
                    "URL_BLANK",
                    "",
                    "has a blank, a line break or a control character",
                    "Percent-encode it (%20), or take it out."));
        }
        return parts;
    }

    private InvalidConfigException otherScheme() {
        Matcher other = OTHER_SCHEME.matcher(text);
        String scheme = other.lookingAt() ? other.group(1) : "";
        if (scheme.startsWith("sqlite")) {
            return new InvalidConfigException(Violation.of(
                    "SQLITE",
                    "sqlite",
                    "is SQLite; Penstock routes between PostgreSQL servers, and tests against another engine"
                            + " prove little",
                    "Run penstock dev (penstock-cli) for a real server, or the testkit's PostgresCluster in"
                            + " tests: both need no install."));
        }
        return new InvalidConfigException(Violation.of(
                "URL_SCHEME",
                scheme,
                "is not a connection string of PostgreSQL",
                "Begin it with postgresql://, or write host=… dbname=…."));
    }

    /** Without the text: it may hold a password. */
    @Override
    public String toString() {
        return "UriText[***]";
    }
}
