package dev.penstock.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How far a host is, by its name or literal address alone: nothing is resolved, so that the verdict is reproducible. */
enum HostKind {
    /** This machine. */
    LOOPBACK,
    /** A name that only a private network knows, or an address that is not routed outside one. */
    PRIVATE,
    /** Everything else. */
    PUBLIC;

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:][0-9A-Fa-f:.]{1,44}");
    private static final byte[] LOOPBACK_V6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    /**
     * What no public name ends in. Reserved for private use or for tests ({@code .internal} by ICANN, {@code .test} by RFC 6761, {@code .local}
     * by RFC 6762, {@code .home.arpa} by RFC 8375), or delegated to nobody and common inside networks.
     */
    private static final List<String> PRIVATE_SUFFIXES = List.of(
            ".internal", ".svc", ".flycast", ".consul", ".lan", ".local", ".localdomain", ".home.arpa", ".test");

    static HostKind of(String host) {
        InetAddress address = literal(host);
        return address == null ? ofName(plain(host)) : ofAddress(address.getAddress());
    }

    /**
     * The address that a host is, or null for a name. Never asks DNS: {@code InetAddress} is given four octets, or what has a
     * colon and cannot be a name. An IPv6 address that stands for an IPv4 one ({@code ::ffff:10.0.0.5}) is that one.
     */
    static @Nullable InetAddress literal(String host) {
        // Only an IPv6 address has a zone.
        int zone = host.indexOf(':') < 0 ? -1 : host.indexOf('%');
        String text = zone < 0 ? host : host.substring(0, zone);
        boolean isIpv6 = text.indexOf(':') >= 0 && IPV6.matcher(text).matches();
        if (!isIpv6 && !IPV4.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    /** A name as names are compared: in small letters, without the dot that ends an absolute one. */
    static String plain(String name) {
        return (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).toLowerCase(Locale.ROOT);
    }

    private static HostKind ofName(String name) {
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return LOOPBACK;
        }
        boolean isPrivate = !name.contains(".") || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
        return isPrivate ? PRIVATE : PUBLIC;
    }

    private static HostKind ofAddress(byte[] address) {
        if (isUnspecified(address)) {
            return LOOPBACK;
        }
        return address.length == 4 ? ofIpv4(address) : ofIpv6(address);
    }

    /** {@code 0.0.0.0} and {@code ::}, which a server listens on and operating systems dial as this machine. */
    private static boolean isUnspecified(byte[] address) {
        return Arrays.equals(address, new byte[address.length]);
    }

    private static HostKind ofIpv4(byte[] octets) {
        int first = octets[0] & 0xff;
        int second = octets[1] & 0xff;
        if (first == 127) {
            return LOOPBACK;
        }
        boolean isPrivate = first == 10
                || (first == 172 && second >= 16 && second <= 31)
                || (first == 192 && second == 168)
                || (first == 169 && second == 254)
                // RFC 6598, what carriers and overlay networks use.
                || (first == 100 && second >= 64 && second <= 127);
        return isPrivate ? PRIVATE : PUBLIC;
    }

    private static HostKind ofIpv6(byte[] address) {
        if (Arrays.equals(address, LOOPBACK_V6)) {
            return LOOPBACK;
        }
        // fc00::/7 is unique local, fe80::/10 is link local.
        int first = address[0] & 0xff;
        boolean isPrivate = (first & 0xfe) == 0xfc || (first == 0xfe && (address[1] & 0xc0) == 0x80);
        return isPrivate ? PRIVATE : PUBLIC;
    }
}
