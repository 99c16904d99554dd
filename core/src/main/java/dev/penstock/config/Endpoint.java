package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where one PostgreSQL server listens. Immutable; prints its host as it was written.
 *
 * @param host a host name or an IP address; an IPv6 address stands without brackets here
 * @param port the TCP port, 1 to 65535; {@value #DEFAULT_PORT} when none is written
 */
public record Endpoint(String host, int port) {
    /** PostgreSQL's registered port. */
    public static final int DEFAULT_PORT = 5432;

    static final int MAX_PORT = 65_535;

    /** Underscores are common in Compose; a zone may follow an IPv6 address. */
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?");

    private static final Pattern NUMBER_AT_END = Pattern.compile("(?:^|\\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)\\.?$");

    /** A URI, or libpq's keywords. */
    private static final Pattern CONNECTION_STRING = Pattern.compile("://|^jdbc:|=");

    /** @throws InvalidConfigException when the host is blank or the port out of range */
    public Endpoint(String host, int port) {
        this.host = Objects.requireNonNull(host, "host");
        this.port = port;
        Mistakes mistakes = new Mistakes();
        if (!isHost(host)) {
            mistakes.add(fault("host", "URL_HOST", host, "must be a host name or an IP address"));
        }
        if (port < 1 || port > MAX_PORT) {
            mistakes.add(fault("port", "OUT_OF_RANGE", port, "must be 1 to " + MAX_PORT));
        }
        mistakes.throwIfAny();
    }

    private static Violation fault(String path, String code, Object value, String message) {
        String remedy = Key.remedy(new KeyType.Fault(code, message));
        // A connection string in the place of a host would show its password.
        return new Violation(path, code, KeyType.shown(value), message, Violation.IN_CODE, remedy);
    }

    /**
     * A name or an address. What ends in a number is an address, as in the URL standard (WHATWG, "ends in a number"), and one of four
     * decimal numbers: {@code 134744072}, {@code 0x08080808} and {@code 010.0.0.5} are addresses to one resolver and names, or other
     * addresses, to the next.
     */
    static boolean isHost(String text) {
        if (!HOST.matcher(text).matches()) {
            return false;
        }
        boolean isAddress =
                text.indexOf(':') >= 0 || NUMBER_AT_END.matcher(text).find();
        return !isAddress || HostKind.literal(text) != null;
    }

    /**
     * Reads {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}.
     *
     * @throws InvalidConfigException when it is none of these
     */
    public static Endpoint parse(String text) {
        String trimmed = text.strip();
        if (CONNECTION_STRING.matcher(trimmed).find()) {
            throw new InvalidConfigException(Violation.of(
                    "ENDPOINT",
                    "***",
                    "is a connection string and not host:port",
                    "Use DatabaseConfig.fromUri(…), or give the host and the port alone."));
        }
        if (trimmed.startsWith("[")) {
            return parseBracketed(trimmed);
        }
        int colon = trimmed.indexOf(':');
        if (colon < 0) {
            return new Endpoint(trimmed, DEFAULT_PORT);
        }
        if (trimmed.indexOf(':', colon + 1) >= 0) {
            throw malformed(text, "Write an IPv6 address in brackets: [::1]:5432");
        }
        return new Endpoint(trimmed.substring(0, colon), port(trimmed.substring(colon + 1), text));
    }

    private static Endpoint parseBracketed(String text) {
        int end = text.indexOf(']');
        if (end < 0) {
            throw malformed(text, "Close the bracket: [::1]:5432");
        }
        String rest = text.substring(end + 1);
        if (!rest.isEmpty() && !rest.startsWith(":")) {
            throw malformed(text, "Write [address]:port");
        }
        return new Endpoint(text.substring(1, end), rest.isEmpty() ? DEFAULT_PORT : port(rest.substring(1), text));
    }

    private static int port(String digits, String text) {
        // Ten digits would overflow an int; a port has at most five.
        if (!digits.matches("[0-9]{1,9}")) {
            throw malformed(text, "Write host:port with a port between 1 and 65535");
        }
        return Integer.parseInt(digits);
    }

    private static InvalidConfigException malformed(String text, String remedy) {
        // A connection string put here by mistake would show its password.
        String shown = text.matches("[A-Za-z0-9_.:\\[\\]%-]*") ? text : "***";
        return new InvalidConfigException(Violation.of("ENDPOINT", shown, "is not host or host:port", remedy));
    }

    /**
     * The same port of the same host: letter case and the dot at the end of a name do not count, nor how an address is
     * written. Written out, as {@link #hashCode}: the runtime puts a record's own together at their first use, which takes 40 ms of a
     * cold start, and endpoints are keys as soon as a configuration is checked.
     */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Endpoint endpoint
                && port == endpoint.port
                && (host.equals(endpoint.host) || compared(host).equals(compared(endpoint.host)));
    }

    @Override
    public int hashCode() {
        return 31 * compared(host).hashCode() + port;
    }

    private static String compared(String host) {
        InetAddress address = host.indexOf(':') < 0 ? null : HostKind.literal(host);
        int zone = host.indexOf('%');
        return address == null
                ? HostKind.plain(host)
                : address.getHostAddress() + (zone < 0 ? "" : host.substring(zone));
    }

    /** As one writes it: {@code db-1:5432}, {@code [::1]:5432}. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
