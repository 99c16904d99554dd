package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;

/** Judges one host and port of a connection string. Echoes neither: a raw password makes libpq read parts of it as both. */
final class UriHost {
    private UriHost() {}

    static Endpoint endpoint(String host, String port) {
        if (host.isEmpty()) {
            throw refused(
                    "NO_HOST",
                    "names no host, where libpq would look for a Unix socket",
                    "Name the host: postgresql://user@db-1:5432/shop.");
        }
        if (host.startsWith("/") || host.startsWith("@")) {
            throw refused(
                    "UNIX_SOCKET",
                    "names a Unix socket, which a Java driver cannot dial",
                    "Name a host, such as localhost.");
        }
        if (!Endpoint.isHost(host)) {
            throw refused(
                    "URL_HOST",
                    "names a host that is neither a name nor an IP address",
                    "Check the host; an IPv4 address is four decimal numbers, as in 10.0.0.5.");
        }
        return new Endpoint(host, port(port));
    }

    private static int port(String port) {
        if (port.isEmpty()) {
            return Endpoint.DEFAULT_PORT;
        }
        int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
        if (number < 1 || number > Endpoint.MAX_PORT) {
            throw refused(
                    "URL_PORT",
                    "has a port that is not a number between 1 and 65535",
                    "Write host:port; a ':' in a password is fine, a '/' or '@' there must be percent-encoded.");
        }
        return number;
    }

    private static InvalidConfigException refused(String code, String message, String remedy) {
        return new InvalidConfigException(Violation.of(code, "", message, remedy));
    }
}
