package dev.penstock.tls;

import java.util.List;

/** The structures a private key comes in, told apart by label (PEM) or shape (DER), never by file name. */
enum KeyFormat {
    PKCS8,
    PKCS8_ENCRYPTED,
    PKCS1,
    SEC1,
    PKCS12,
    OPENSSL_ENCRYPTED,
    OPENSSH,
    UNKNOWN;

    static KeyFormat of(Pem block) {
        if (block.legacyEncrypted()) {
            return OPENSSL_ENCRYPTED;
        }
        return switch (block.label()) {
            case "PRIVATE KEY" -> PKCS8;
            case "ENCRYPTED PRIVATE KEY" -> PKCS8_ENCRYPTED;
            case "RSA PRIVATE KEY" -> PKCS1;
            case "EC PRIVATE KEY" -> SEC1;
            case "OPENSSH PRIVATE KEY" -> OPENSSH;
            default -> UNKNOWN;
        };
    }

    /** By the first two elements of the outer sequence (RFC 5208, 8017, 5915, 7292). */
    static KeyFormat of(byte[] der) {
        List<Der> outer = Der.parse(der);
        if (outer.size() != 1 || outer.get(0).tag() != Der.SEQUENCE) {
            return UNKNOWN;
        }
        List<Der> inner = outer.get(0).children();
        if (inner.size() < 2) {
            return UNKNOWN;
        }
        return ofShape(inner.get(0), inner.get(1));
    }

    private static KeyFormat ofShape(Der first, Der second) {
        if (first.tag() == Der.SEQUENCE && second.tag() == Der.OCTET_STRING) {
            return PKCS8_ENCRYPTED;
        }
        if (first.tag() != Der.INTEGER || first.content().length != 1) {
            return UNKNOWN;
        }
        int version = first.content()[0];
        return switch (second.tag()) {
            case Der.SEQUENCE -> version == 3 ? PKCS12 : PKCS8;
            case Der.INTEGER -> PKCS1;
            case Der.OCTET_STRING -> SEC1;
            default -> UNKNOWN;
        };
    }
}
