package dev.penstock.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How far a host is, by its name or literal address alone: nothing is resolved, so that the verdict is reproducible. */
enum HostKind {
    /** This machine. */
    LOOPBACK,
    /** A name that only a private network knows, or an address that is not routed outside one. */
    PRIVATE,
    /** Everything else. */
    PUBLIC;

    private static final Pattern IPV4 = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})");
    private static final List<String> PRIVATE_SUFFIXES = List.of(".internal", ".svc", ".svc.cluster.local", ".flycast");

    static HostKind of(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (IPV4.matcher(name).matches()) {
            return ofIpv4(name);
        }
        if (name.contains(":")) {
            return ofIpv6(name);
        }
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return LOOPBACK;
        }
        boolean isPrivate = !name.contains(".") || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
        return isPrivate ? PRIVATE : PUBLIC;
    }

    private static HostKind ofIpv4(String address) {
        int[] octets =
                Arrays.stream(address.split("\\.")).mapToInt(Integer::parseInt).toArray();
        int first = octets[0];
        int second = octets[1];
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

    private static HostKind ofIpv6(String address) {
        if (address.equals("::1") || address.matches("(0{1,4}:){7}0{0,3}1")) {
            return LOOPBACK;
        }
        // fc00::/7 is unique local, fe80::/10 is link local.
        return address.matches("f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*") ? PRIVATE : PUBLIC;
    }
}
