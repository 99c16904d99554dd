package dev.penstock.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * The name a server is dialled by, and whether a certificate has it, by the rules of libpq 15 and later.
 *
 * <p>Alternative names first. Addresses are compared as bytes, so {@code [::1]} is {@code 0:0:0:0:0:0:0:1} and {@code ::ffff:127.0.0.1} is not
 * {@code 127.0.0.1}. A wildcard stands for the whole leftmost label. The common name counts only when no alternative name is of the host's
 * own kind (name or address).
 */
final class ServerName {
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final int IP_ADDRESS_TAG = 0x87;
    private static final int IPV4_BYTES = 4;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final String name;
    private final byte @Nullable [] address;

    private ServerName(String name, byte @Nullable [] address) {
        this.name = name;
        this.address = address;
    }

    /** From a host as configured; brackets of an IPv6 address and letter case do not count. */
    static ServerName of(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return new ServerName(bare.toLowerCase(Locale.ROOT), parseAddress(bare));
    }

    /**
     * Tells whether a host is this machine, by its name or literal address alone: a loopback address, the one that stands for every address of the
     * machine, {@code localhost} and the names below it.
     */
    static boolean isThisMachine(String host) {
        ServerName server = of(host);
        if (server.address == null) {
            String name = server.nameInHello();
            return name.equals("localhost") || name.endsWith(".localhost");
        }
        try {
            // This makes an IPv4 address of a mapped one.
            InetAddress address = InetAddress.getByAddress(server.address);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has four or sixteen bytes", impossible);
        }
    }

    boolean isAddress() {
        return address != null;
    }

    /** As the TLS hello names it: RFC 6066 leaves out the dot that ends a name. */
    String nameInHello() {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    boolean isIn(X509Certificate certificate) throws CertificateParsingException {
        List<byte[]> addresses = addresses(certificate);
        List<String> names = alternatives(certificate).stream()
                .filter(alternative -> alternative.get(0).equals(DNS_NAME))
                .map(alternative -> String.valueOf(alternative.get(1)))
                .toList();
        if (names.stream().anyMatch(this::matchesName)
                || addresses.stream().anyMatch(other -> Arrays.equals(address, other))) {
            return true;
        }
        boolean sameKindSeen = isAddress() ? !addresses.isEmpty() : !names.isEmpty();
        String commonName = commonName(certificate);
        return !sameKindSeen && commonName != null && matchesName(commonName);
    }

    /** As they stand in the certificate: Java would make an IPv4 address of a mapped one. */
    private static List<byte[]> addresses(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(ALTERNATIVE_NAMES);
        return extension == null
                ? List.of()
                : Der.parse(extension).stream()
                        .flatMap(octets -> octets.children().stream())
                        .flatMap(names -> names.children().stream())
                        .filter(name -> name.tag() == IP_ADDRESS_TAG)
                        .map(Der::content)
                        .toList();
    }

    /** All names of the certificate in words, for the message of a mismatch. */
    static List<String> namesIn(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            for (List<?> alternative : alternatives(certificate)) {
                int kind = (Integer) alternative.get(0);
                if (kind == DNS_NAME || kind == IP_ADDRESS) {
                    names.add(String.valueOf(alternative.get(1)));
                }
            }
        } catch (CertificateParsingException unreadable) {
            names.add("(unreadable alternative names)");
        }
        String commonName = commonName(certificate);
        if (commonName != null && !names.contains(commonName)) {
            names.add("CN=" + commonName);
        }
        return names;
    }

    private boolean matchesName(String pattern) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        if (wanted.equals(name)) {
            return true;
        }
        if (!wanted.startsWith("*.") || isAddress()) {
            return false;
        }
        int firstDot = name.indexOf('.');
        return firstDot > 0 && wanted.length() > 2 && name.substring(firstDot).equals(wanted.substring(1));
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        return alternatives == null ? List.of() : alternatives;
    }

    /** The first common name in encoded order, as OpenSSL finds it. */
    private static @Nullable String commonName(X509Certificate certificate) {
        return commonNames(certificate).stream().findFirst().orElse(null);
    }

    /** All of them; none when the subject cannot be read. */
    static List<String> commonNames(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .filter(text -> text.indexOf('\0') < 0)
                            .toList();
        } catch (InvalidNameException unreadable) {
            return List.of();
        }
    }

    /** Bytes of a literal address, or null for a name. Never asks DNS: only literals get as far as InetAddress. */
    private static byte @Nullable [] parseAddress(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            byte[] bytes = InetAddress.getByName(text).getAddress();
            return text.contains(":") && bytes.length == IPV4_BYTES ? mapped(bytes) : bytes;
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    /** The sixteen bytes of {@code ::ffff:a.b.c.d}, which Java shortens. */
    private static byte[] mapped(byte[] ipv4) {
        byte[] bytes = new byte[12 + IPV4_BYTES];
        Arrays.fill(bytes, 10, 12, (byte) 0xff);
        System.arraycopy(ipv4, 0, bytes, 12, IPV4_BYTES);
        return bytes;
    }
}
