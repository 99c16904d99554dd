package dev.penstock.config;

import dev.penstock.config.Substitution.Syntax;
import dev.penstock.config.UriParts.Form;
import dev.penstock.config.UriParts.HostPart;
import dev.penstock.config.UriParts.Parameter;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a connection URI apart exactly where libpq does ({@code conninfo_uri_parse_options} in PostgreSQL's
 * {@code fe-connect.c}). Looks for delimiters in a copy in which <code>${…}</code> is masked, so that an expression is
 * never split. Messages echo nothing of the text: what libpq takes for a host may be half a password.
 */
final class UriSplitter {
    private final String text;
    private final String mask;
    private final Form form;
    private int at;
    private @Nullable String user;
    private @Nullable String password;

    private UriSplitter(String text, int start, Syntax syntax, Form form) {
        this.text = text;
        this.mask = Substitution.mask(text, syntax);
        this.form = form;
        this.at = start;
    }

    /** @param start where the scheme ends */
    static UriParts split(String text, int start, Syntax syntax, Form form) {
        return new UriSplitter(text, start, syntax, form).split();
    }

    private UriParts split() {
        userInfo();
        noAtSignBefore(next("?", at));
        List<HostPart> hosts = hosts();
        String database = null;
        if (at < text.length() && mask.charAt(at) == '/') {
            int end = next("?", at + 1);
            database = slice(at + 1, end);
            at = end;
        }
        List<Parameter> parameters = at < text.length() ? parameters(at + 1) : List.of();
        return new UriParts(user, password, hosts, database, parameters, form);
    }

    private void userInfo() {
        int end = next("@/", at);
        if (end == text.length() || mask.charAt(end) != '@') {
            return;
        }
        int colon = Math.min(next(":", at), end);
        user = slice(at, colon);
        password = colon < end ? slice(colon + 1, end) : null;
        at = end + 1;
    }

    /**
     * The trap of a raw password: {@code user:pa/ss@host} and {@code user:p@ss@host} are legal to libpq, which dials
     * {@code user} or {@code ss@host}. No host and hardly a database has an at sign, so that one gives the mistake away.
     */
    private void noAtSignBefore(int end) {
        int other = mask.indexOf('@', at);
        if (other >= 0 && other < end) {
            throw rawPassword();
        }
    }

    private static InvalidConfigException rawPassword() {
        return new InvalidConfigException(Violation.of(
                "URL_PASSWORD_UNENCODED",
                "***",
                "has a raw '/' or '@' in its password, so that libpq would read host and database out of it",
                "Percent-encode it (%2F for /, %40 for @), or use a secret file: user_pw_file_path."));
    }

    private List<HostPart> hosts() {
        List<HostPart> hosts = new ArrayList<>();
        hosts.add(host());
        while (at < text.length() && mask.charAt(at) == ',') {
            at++;
            hosts.add(host());
        }
        return hosts;
    }

    private HostPart host() {
        boolean bracketed = at < text.length() && mask.charAt(at) == '[';
        String host = bracketed ? bracketedHost() : plainHost();
        String port = null;
        if (at < text.length() && mask.charAt(at) == ':') {
            int end = next("/?,", at);
            port = slice(at + 1, end);
            at = end;
        }
        return new HostPart(host, port, bracketed);
    }

    private String plainHost() {
        int end = next(":/?,", at);
        String host = slice(at, end);
        at = end;
        return host;
    }

    private String bracketedHost() {
        int close = next("]", at);
        if (close == text.length()) {
            throw malformed("opens a bracket for an IPv6 address and does not close it", "Write [::1]:5432.");
        }
        if (close == at + 1) {
            throw malformed("has an empty IPv6 address", "Write [::1]:5432.");
        }
        String host = slice(at + 1, close);
        at = close + 1;
        if (at < text.length() && ":/?,".indexOf(mask.charAt(at)) < 0) {
            throw malformed("goes on behind the bracket of an IPv6 address", "Write a port, a slash or the end there.");
        }
        return host;
    }

    private List<Parameter> parameters(int start) {
        List<Parameter> parameters = new ArrayList<>();
        int lastAtSign = mask.lastIndexOf('@');
        int from = start;
        while (from < text.length()) {
            int end = next("&", from);
            if (from < lastAtSign) {
                noRestOfPassword(from, end);
            }
            parameters.add(parameter(from, end));
            from = end + 1;
        }
        return parameters;
    }

    /**
     * A question mark in a raw password begins parameters too: {@code user:pa/ss?word@host}. Values may hold an at sign
     * ({@code ?user=me@server}), but only behind names that are known up to there: a name goes into messages.
     */
    private void noRestOfPassword(int from, int end) {
        String name = slice(from, Math.min(next("=", from), end));
        boolean isKnown = UriParameter.named(name, form).isPresent()
                || DriverProperty.named(name).isPresent();
        if (!isKnown && !name.equals("ssl")) {
            throw rawPassword();
        }
    }

    private Parameter parameter(int from, int end) {
        int equals = Math.min(next("=", from), end);
        if (equals == end) {
            throw malformed("has a parameter without '='", "Write ?name=value&name=value.");
        }
        if (next("=", equals + 1) < end) {
            throw malformed("has a second '=' in a parameter", "Percent-encode it as %3D.");
        }
        return new Parameter(slice(from, equals), slice(equals + 1, end));
    }

    private int next(String delimiters, int from) {
        int i = from;
        while (i < mask.length() && delimiters.indexOf(mask.charAt(i)) < 0) {
            i++;
        }
        return i;
    }

    private String slice(int from, int to) {
        return text.substring(from, to);
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("URL_SYNTAX", "", message, remedy));
    }
}
