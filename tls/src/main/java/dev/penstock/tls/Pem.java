package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One block of a PEM text (RFC 7468): its label, such as {@code RSA PRIVATE KEY}, and its bytes. */
record Pem(String label, boolean legacyEncrypted, byte[] der) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*(?:-[^-]+)*)-----END \\1-----");

    /** All blocks in order; text between them, such as OpenSSL's dump of a certificate, is passed over. */
    static List<Pem> parse(String text) {
        List<Pem> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    static List<Pem> parse(byte[] content) {
        return parse(new String(content, ISO_8859_1));
    }

    /** OpenSSL's traditional encryption (RFC 1421 headers) is recognised and left closed: its bytes are not DER. */
    private static Pem block(String label, String body) {
        boolean legacyEncrypted = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
        byte[] der = legacyEncrypted ? new byte[0] : Base64.getMimeDecoder().decode(body);
        return new Pem(label, legacyEncrypted, der);
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
