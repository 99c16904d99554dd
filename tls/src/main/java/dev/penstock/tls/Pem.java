package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** One block of a PEM text (RFC 7468): its label, such as {@code RSA PRIVATE KEY}, and its bytes. */
record Pem(String label, boolean legacyEncrypted, byte[] der) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** All blocks in order; text between them, such as OpenSSL's dump of a certificate, is passed over. */
    static List<Pem> parse(String text) {
        List<Pem> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
            int end = text.indexOf("-----END " + label + DASHES, begin);
            if (labelEnd >= 0 && end > labelEnd) {
                blocks.add(block(label, text.substring(labelEnd + DASHES.length(), end)));
            }
            begin = text.indexOf(BEGIN, Math.max(end, begin + 1));
        }
        return blocks;
    }

    static List<Pem> parse(byte[] content) {
        return parse(new String(content, ISO_8859_1));
    }

    /** OpenSSL's traditional encryption (RFC 1421 headers) is recognised and left closed: its bytes are not DER. */
    private static Pem block(String label, String body) {
        boolean legacyEncrypted = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
        return new Pem(label, legacyEncrypted, legacyEncrypted ? new byte[0] : decode(body));
    }

    /** Nothing for a block that was cut or damaged: whoever wanted it says so. */
    private static byte[] decode(String body) {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException damaged) {
            return new byte[0];
        }
    }

    boolean isCertificate() {
        return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE") || label.equals("TRUSTED CERTIFICATE");
    }

    boolean isCrl() {
        return label.equals("X509 CRL");
    }

    boolean isKey() {
        return label.endsWith("PRIVATE KEY");
    }

    /** Without the bytes: they may be a key. */
    @Override
    public String toString() {
        return "Pem[" + label + "]";
    }
}
