package dev.penstock.tls;

import dev.penstock.secret.Secret;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Opens encrypted PKCS#8 (RFC 5208): PBES2 with PBKDF2 and AES, which OpenSSL 3 writes by default, and the older PBE with SHA-1 and
 * triple DES. The JDK has neither scrypt nor PBES2 with triple DES.
 */
final class EncryptedKeys {
    private static final String PBES2 = "1.2.840.113549.1.5.13";

    private EncryptedKeys() {}

    /** @return the PKCS#8 bytes inside */
    static byte[] decrypt(byte[] der, String file, @Nullable Secret password) {
        if (password == null) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_KEY_PASSWORD, file, "is encrypted and no password is given");
        }
        EncryptedPrivateKeyInfo info = parse(der, file);
        Cipher cipher = cipher(info, file, password);
        try {
            byte[] opened = cipher.doFinal(info.getEncryptedData());
            if (isKey(opened)) {
                return opened;
            }
        } catch (GeneralSecurityException wrongPadding) {
            // The usual sign of a wrong password; the cause says nothing more and is left out.
        }
        throw new TlsMaterialException(TlsReason.CLIENT_KEY_PASSWORD, file, "is not opened by the given password");
    }

    /** One wrong password in 256 leaves a padding that fits, around noise. */
    private static boolean isKey(byte[] opened) {
        List<Der> elements = Der.parse(opened);
        if (elements.size() != 1 || elements.get(0).tag() != Der.SEQUENCE) {
            return false;
        }
        List<Der> fields = elements.get(0).children();
        return fields.size() >= 3
                && fields.get(0).tag() == Der.INTEGER
                && fields.get(1).tag() == Der.SEQUENCE;
    }

    private static EncryptedPrivateKeyInfo parse(byte[] der, String file) {
        try {
            return new EncryptedPrivateKeyInfo(der);
        } catch (IOException unknown) {
            throw unsupported(file).causedBy(unknown);
        }
    }

    private static Cipher cipher(EncryptedPrivateKeyInfo info, String file, Secret password) {
        PBEKeySpec spec = new PBEKeySpec(password.reveal().toCharArray());
        try {
            AlgorithmParameters parameters = info.getAlgParameters();
            String algorithm = algorithm(info, parameters);
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(spec), parameters);
            return cipher;
        } catch (GeneralSecurityException unknown) {
            throw unsupported(file).causedBy(unknown);
        } finally {
            spec.clearPassword();
        }
    }

    /** For PBES2 the JDK names the concrete cipher, such as PBEWithHmacSHA256AndAES_256, only in the text of the parameters. */
    private static String algorithm(EncryptedPrivateKeyInfo info, @Nullable AlgorithmParameters parameters) {
        String name = info.getAlgName();
        boolean pbes2 = name.equals(PBES2) || name.toUpperCase(Locale.ROOT).equals("PBES2");
        return pbes2 && parameters != null ? parameters.toString() : name;
    }

    private static TlsMaterialException unsupported(String file) {
        return new TlsMaterialException(
                TlsReason.CLIENT_KEY_FORMAT,
                file,
                "is encrypted in a way this Java does not have (scrypt, or triple DES in PBES2)",
                "Convert it: " + conversion(file));
    }

    /** Keeps the key encrypted, in the way OpenSSL 3 does by default. */
    static String conversion(String file) {
        return "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in " + file + " -out key.pem";
    }
}
