package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** One block of a PEM text (RFC 7468): its label, such as {@code RSA PRIVATE KEY}, and its bytes. */
record Pem(String label, boolean legacyEncrypted, byte[] der) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** A byte order mark may stand before it. Possessive: a content of megabytes is gone through once and without recursion. */
    private static final Pattern BASE64 = Pattern.compile("(?:\uFEFF|\u00EF\u00BB\u00BF)?+[A-Za-z0-9+/\\s]++=*+\\s*+");

    /** Tells whether it is PEM, in Base64 or not. */
    static boolean isPem(String text) {
        return plain(text).contains(BEGIN);
    }

    /**
     * All blocks in order; text between them, such as OpenSSL's dump of a certificate, is passed over. What fits into one variable is read too: the
     * whole text in Base64, and {@code \n} written out for a line break.
     */
    static List<Pem> parse(String written) {
        String text = plain(written);
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

    /** The text out of its Base64; the text itself when it is in none, or what is in it is no PEM. */
    private static String plain(String text) {
        if (text.contains(BEGIN)
                || text.length() < BEGIN.length()
                || !BASE64.matcher(text).matches()) {
            return text;
        }
        String decoded = new String(decode(text), ISO_8859_1);
        return decoded.contains(BEGIN) ? decoded : text;
    }

    static List<Pem> parse(byte[] content) {
        return parse(new String(content, ISO_8859_1));
    }

    /** OpenSSL's traditional encryption (RFC 1421 headers) is recognised and left closed: its bytes are not DER. */
    private static Pem block(String label, String body) {
        // A backslash is no part of Base64, but the letter behind it is.
        String lines = body.replace("\\r", "\r").replace("\\n", "\n");
        boolean legacyEncrypted = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
        return new Pem(label, legacyEncrypted, legacyEncrypted ? new byte[0] : decode(lines));
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
