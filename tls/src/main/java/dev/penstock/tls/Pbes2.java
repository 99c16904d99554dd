package dev.penstock.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * PBES2 with PBKDF2 (RFC 8018), which OpenSSL 3 encrypts a key with. The JDK reads it too, but for ASCII passwords only, and knows AES alone.
 */
record Pbes2(String prf, byte[] salt, int iterations, Scheme scheme, byte[] iv) {
    private static final byte[] OID = HexFormat.of().parseHex("2a864886f70d01050d");
    private static final byte[] OID_PBKDF2 = HexFormat.of().parseHex("2a864886f70d01050c");

    /** The last byte of an algorithm's identifier, 1.2.840.113549.2.x, names the hash (RFC 8018, B.1.2). */
    private static final String OID_HMAC = "2a864886f70d02";

    private static final Map<Integer, String> HMACS =
            Map.of(7, "HmacSHA1", 8, "HmacSHA224", 9, "HmacSHA256", 10, "HmacSHA384", 11, "HmacSHA512");

    /** Seconds of work; OpenSSL writes 2048, and the most careful advice is below a million. */
    private static final int MOST_ITERATIONS = 10_000_000;

    private static final Map<String, Scheme> SCHEMES = Map.of(
            "608648016503040102", new Scheme("AES", 128),
            "608648016503040116", new Scheme("AES", 192),
            "60864801650304012a", new Scheme("AES", 256),
            "2a864886f70d0307", new Scheme("DESede", 192));

    /** A block cipher in CBC mode. */
    record Scheme(String algorithm, int keyBits) {}

    /** Tells whether the algorithm is this one, whatever its parameters. */
    static boolean isPbes2(List<Der> algorithm) {
        return is(algorithm, 0, Der.OID, OID);
    }

    /** @return empty for another key derivation (scrypt) or cipher, and for what is malformed */
    static Optional<Pbes2> of(List<Der> algorithm) {
        List<Der> parameters = inner(algorithm, 1);
        List<Der> derivation = inner(parameters, 0);
        List<Der> encryption = inner(parameters, 1);
        if (!is(derivation, 0, Der.OID, OID_PBKDF2) || encryption.size() != 2) {
            return Optional.empty();
        }
        List<Der> pbkdf2 = inner(derivation, 1);
        String prf = prf(pbkdf2);
        Scheme scheme = SCHEMES.get(HexFormat.of().formatHex(encryption.get(0).content()));
        int iterations = pbkdf2.size() < 2 ? 0 : count(pbkdf2.get(1));
        if (prf.isEmpty() || scheme == null || iterations < 1 || iterations > MOST_ITERATIONS) {
            return Optional.empty();
        }
        Der salt = pbkdf2.get(0);
        return salt.tag() != Der.OCTET_STRING || salt.content().length == 0
                ? Optional.empty()
                : Optional.of(new Pbes2(
                        prf,
                        salt.content(),
                        iterations,
                        scheme,
                        encryption.get(1).content()));
    }

    /** SHA-1 when none is named; empty for one that is not known. The length of the key may stand before it. */
    private static String prf(List<Der> pbkdf2) {
        Der last = pbkdf2.isEmpty() ? null : pbkdf2.get(pbkdf2.size() - 1);
        if (last == null || last.tag() != Der.SEQUENCE) {
            return "HmacSHA1";
        }
        List<Der> algorithm = last.children();
        String oid = algorithm.isEmpty()
                ? ""
                : HexFormat.of().formatHex(algorithm.get(0).content());
        boolean hmac = oid.startsWith(OID_HMAC) && oid.length() == OID_HMAC.length() + 2;
        return hmac ? HMACS.getOrDefault(Integer.parseInt(oid.substring(OID_HMAC.length()), 16), "") : "";
    }

    private static int count(Der integer) {
        boolean fits = integer.tag() == Der.INTEGER && integer.content().length >= 1 && integer.content().length <= 4;
        return fits ? new BigInteger(integer.content()).intValue() : 0;
    }

    private static List<Der> inner(List<Der> elements, int index) {
        return index < elements.size() ? elements.get(index).children() : List.of();
    }

    private static boolean is(List<Der> elements, int index, int tag, byte[] content) {
        return index < elements.size()
                && elements.get(index).tag() == tag
                && Arrays.equals(elements.get(index).content(), content);
    }

    /** Ready to decrypt; the password counts by its UTF-8 bytes, as in OpenSSL. */
    Cipher cipher(char[] password) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, scheme.keyBits());
        try {
            byte[] key = SecretKeyFactory.getInstance("PBKDF2With" + prf)
                    .generateSecret(spec)
                    .getEncoded();
            Cipher cipher = Cipher.getInstance(scheme.algorithm() + "/CBC/PKCS5Padding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, scheme.algorithm()), new IvParameterSpec(iv));
            return cipher;
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public String toString() {
        return "Pbes2[" + prf + ", " + scheme + "]";
    }
}
