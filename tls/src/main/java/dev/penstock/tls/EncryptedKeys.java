package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.secret.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.interfaces.PBEKey;
import org.jspecify.annotations.Nullable;

/**
 * Opens encrypted PKCS#8 (RFC 5208): PBES2 with PBKDF2, which OpenSSL 3 writes by default, and the older PBE with SHA-1 and triple DES. The JDK has
 * no scrypt. Its own key classes refuse a password that is not ASCII, so that they are not used.
 */
final class EncryptedKeys {
    private EncryptedKeys() {}

    /** @return the PKCS#8 bytes inside */
    static byte[] decrypt(byte[] der, String file, @Nullable Secret password) {
        if (password == null) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_KEY_PASSWORD, file, "is encrypted and no password is given");
        }
        if (KeyFormat.of(der) != KeyFormat.PKCS8_ENCRYPTED) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_KEY_FORMAT, file, "is a damaged key", "Copy the file again.");
        }
        List<Der> info = Der.parse(der).get(0).children();
        Cipher cipher = cipher(der, info.get(0).children(), file, password);
        try {
            byte[] opened = cipher.doFinal(info.get(1).content());
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

    private static Cipher cipher(byte[] der, List<Der> algorithm, String file, Secret password) {
        char[] characters = password.reveal().toCharArray();
        try {
            if (!Pbes2.isPbes2(algorithm)) {
                return older(new EncryptedPrivateKeyInfo(der), characters);
            }
            return Pbes2.of(algorithm).orElseThrow(() -> unsupported(file)).cipher(characters);
        } catch (IOException | GeneralSecurityException unknown) {
            throw unsupported(file).causedBy(unknown);
        }
    }

    private static Cipher older(EncryptedPrivateKeyInfo info, char[] password) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(info.getAlgName());
        cipher.init(Cipher.DECRYPT_MODE, new Password(password), info.getAlgParameters());
        return cipher;
    }

    /** A password of any characters. The JDK's ciphers take any implementation, and bring the characters into the form of their scheme. */
    private record Password(char[] characters) implements PBEKey {
        @Override
        public char[] getPassword() {
            return characters.clone();
        }

        @Override
        public byte[] getEncoded() {
            return new String(characters).getBytes(UTF_8);
        }

        @Override
        public byte @Nullable [] getSalt() {
            return null;
        }

        @Override
        public int getIterationCount() {
            return 0;
        }

        @Override
        public String getAlgorithm() {
            return "PBE";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public String toString() {
            return "***";
        }
    }

    private static TlsMaterialException unsupported(String file) {
        return new TlsMaterialException(
                TlsReason.CLIENT_KEY_FORMAT,
                file,
                "is encrypted in a way this Java does not have, such as scrypt",
                "Convert it: " + conversion(file));
    }

    /** Keeps the key encrypted, in the way OpenSSL 3 does by default. */
    static String conversion(String file) {
        return "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in " + file + " -out key.pem";
    }
}
