package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The demands of OpenSSL on one certificate of a server's chain that Java's path validation does not make: the purposes of every link, the root
 * included ({@code X509_PURPOSE_SSL_SERVER}), and keys and digests of its security level 2, the default since OpenSSL 3.2 and of the
 * distributions before.
 */
final class LinkRules {
    /** serverAuth, and Microsoft's and Netscape's step-up; {@code anyExtendedKeyUsage} is none of them for OpenSSL. */
    private static final Set<String> FOR_SERVERS =
            Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1");

    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;
    private static final int KEY_CERT_SIGN = 5;
    private static final int MIN_RSA_BITS = 2048;
    private static final int MIN_EC_BITS = 224;
    private static final int DNS_NAME = 2;
    private static final int DNS_NAME_TAG = 0x82;
    private static final int PERMITTED_TAG = 0xA0;
    private static final int EXCLUDED_TAG = 0xA1;

    private LinkRules() {}

    /** The fault as the rest of a sentence about the certificate; empty for a certificate without one. */
    static String fault(X509Certificate certificate, boolean own, boolean root) throws CertificateParsingException {
        List<String> purposes = certificate.getExtendedKeyUsage();
        if (purposes != null && purposes.stream().noneMatch(FOR_SERVERS::contains)) {
            return "is not meant for servers (extended key usage)";
        }
        boolean[] usage = certificate.getKeyUsage();
        if (own && usage != null && !usage[DIGITAL_SIGNATURE] && !usage[KEY_ENCIPHERMENT] && !usage[KEY_AGREEMENT]) {
            return "is not meant for TLS (key usage)";
        }
        if (!own && usage != null && !usage[KEY_CERT_SIGN]) {
            return "may not sign certificates (key usage)";
        }
        boolean oldRoot = root && certificate.getVersion() < 3;
        if (!own && !oldRoot && certificate.getBasicConstraints() < 0) {
            return "is not a CA (basic constraints)";
        }
        return strength(certificate, root);
    }

    /** A root is trusted for its key; what it is signed with proves nothing. */
    private static String strength(X509Certificate certificate, boolean root) {
        PublicKey key = certificate.getPublicKey();
        if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
            return "has an RSA key of " + rsa.getModulus().bitLength() + " bits";
        }
        if (key instanceof ECKey ec && ec.getParams().getOrder().bitLength() < MIN_EC_BITS) {
            return "has an EC key of " + ec.getParams().getOrder().bitLength() + " bits";
        }
        String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        boolean weak = signature.startsWith("SHA1") || signature.startsWith("MD");
        return weak && !root ? "is signed with " + certificate.getSigAlgName() : "";
    }

    /**
     * Holds the server's common name against the limits that the CAs of the path set for DNS names. OpenSSL does so when the certificate has no
     * DNS name besides; Java looks at alternative names alone.
     */
    static boolean forbidCommonName(List<X509Certificate> path) {
        X509Certificate own = path.get(0);
        return !hasDnsName(own)
                && ServerName.commonNames(own).stream()
                        .anyMatch(name -> path.stream().skip(1).anyMatch(ca -> forbids(ca, name)));
    }

    private static boolean hasDnsName(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names != null && names.stream().anyMatch(name -> name.get(0).equals(DNS_NAME));
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }

    private static boolean forbids(X509Certificate ca, String name) {
        List<String> permitted = dnsLimits(ca, PERMITTED_TAG);
        return (!permitted.isEmpty() && permitted.stream().noneMatch(base -> isBelow(name, base)))
                || dnsLimits(ca, EXCLUDED_TAG).stream().anyMatch(base -> isBelow(name, base));
    }

    private static boolean isBelow(String name, String base) {
        String dns = name.toLowerCase(Locale.ROOT);
        String limit = base.toLowerCase(Locale.ROOT);
        boolean whole = dns.length() == limit.length() || limit.isEmpty() || limit.startsWith(".");
        return dns.endsWith(whole ? limit : "." + limit);
    }

    /** {@code NameConstraints ::= SEQUENCE { [0] subtrees, [1] subtrees }}, each {@code SEQUENCE { base GeneralName, … }} (RFC 5280, 4.2.1.10). */
    private static List<String> dnsLimits(X509Certificate ca, int tag) {
        byte[] extension = ca.getExtensionValue(NAME_CONSTRAINTS);
        return extension == null
                ? List.of()
                : Der.parse(extension).stream()
                        .flatMap(octets -> octets.children().stream())
                        .flatMap(constraints -> constraints.children().stream())
                        .filter(subtrees -> subtrees.tag() == tag)
                        .flatMap(subtrees -> subtrees.children().stream())
                        .flatMap(subtree -> subtree.children().stream().limit(1))
                        .filter(base -> base.tag() == DNS_NAME_TAG)
                        .map(base -> new String(base.content(), US_ASCII))
                        .toList();
    }
}
