package dev.penstock.tls;

import dev.penstock.secret.Secret;
import dev.penstock.tls.SourceReader.Content;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a private key of any format the JDK can be brought to read: PKCS#8 directly, PKCS#1 and SEC1 after wrapping, encrypted PKCS#8 after
 * {@link EncryptedKeys}. What is left gets the {@code openssl} command that converts it.
 */
final class PrivateKeys {
    /** Found by trying: the JDK has no parser that tells the algorithm of PKCS#8 bytes. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private static final byte[] VERSION_0 = Der.encode(Der.INTEGER, new byte[] {0});
    private static final byte[] OID_RSA = HexFormat.of().parseHex("06092a864886f70d010101");
    private static final byte[] OID_EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private final String file;
    private final @Nullable Secret password;

    private PrivateKeys(String file, @Nullable Secret password) {
        this.file = file;
        this.password = password;
    }

    /**
     * The first key of the content, which is PEM or DER but not PKCS#12.
     *
     * @throws TlsMaterialException with the reason and, for a format that has to be converted, the command
     */
    static PrivateKey read(Content content, @Nullable Secret password) {
        PrivateKeys reader = new PrivateKeys(content.name(), password);
        List<Pem> blocks = Pem.parse(content.bytes());
        for (Pem block : blocks) {
            if (block.isKey()) {
                return reader.key(KeyFormat.of(block), block.der(), blocks);
            }
        }
        if (!blocks.isEmpty()) {
            throw reader.unreadable(
                    "has no private key", "Give the file that begins with '-----BEGIN PRIVATE KEY-----'.");
        }
        return reader.key(KeyFormat.of(content.bytes()), content.bytes(), List.of());
    }

    private PrivateKey key(KeyFormat format, byte[] der, List<Pem> blocks) {
        return switch (format) {
            case PKCS8 -> fromPkcs8(der);
            case PKCS8_ENCRYPTED -> fromPkcs8(EncryptedKeys.decrypt(der, file, password));
            case PKCS1 -> fromPkcs8(wrapPkcs1(der));
            case SEC1 -> fromPkcs8(wrapSec1(der, blocks));
            case OPENSSL_ENCRYPTED ->
                throw unreadable("is encrypted in OpenSSL's old way", "Convert it: " + EncryptedKeys.conversion(file));
            case OPENSSH -> throw unreadable("is an OpenSSH key", "Convert it: ssh-keygen -p -m PKCS8 -f " + file);
            case PKCS12, UNKNOWN ->
                throw unreadable("is not a private key in PEM, DER or PKCS#12", "Convert it: " + conversion());
        };
    }

    private PrivateKey fromPkcs8(byte[] der) {
        if (Der.parse(der).isEmpty()) {
            throw unreadable("is a damaged key", "Copy the file again.");
        }
        for (String algorithm : ALGORITHMS) {
            Optional<PrivateKey> key = tryAs(algorithm, der);
            if (key.isPresent()) {
                return key.get();
            }
        }
        throw unreadable(
                "is a key of a kind or curve this Java does not have", "Use RSA, EC on a NIST curve, or Ed25519.");
    }

    private static Optional<PrivateKey> tryAs(String algorithm, byte[] der) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException anotherAlgorithm) {
            return Optional.empty();
        }
    }

    private static byte[] wrapPkcs1(byte[] rsa) {
        byte[] algorithm = Der.encode(Der.SEQUENCE, OID_RSA, Der.encode(Der.NULL));
        return Der.encode(Der.SEQUENCE, VERSION_0, algorithm, Der.encode(Der.OCTET_STRING, rsa));
    }

    /** The curve is inside the key, or in the block that {@code openssl ecparam -genkey} writes before it. */
    private byte[] wrapSec1(byte[] ec, List<Pem> blocks) {
        byte[] curve = Der.parse(ec).stream()
                .flatMap(sequence -> sequence.children().stream())
                .filter(element -> element.tag() == Der.CONTEXT_0)
                .map(Der::content)
                .findFirst()
                .or(() -> blocks.stream()
                        .filter(block -> block.label().equals("EC PARAMETERS"))
                        .map(Pem::der)
                        .findFirst())
                .orElseThrow(() -> unreadable("does not name its curve", "Convert it: " + conversion()));
        byte[] algorithm = Der.encode(Der.SEQUENCE, OID_EC, curve);
        return Der.encode(Der.SEQUENCE, VERSION_0, algorithm, Der.encode(Der.OCTET_STRING, ec));
    }

    private String conversion() {
        return "openssl pkcs8 -topk8 -nocrypt -in " + file + " -out key.pem";
    }

    private TlsMaterialException unreadable(String what, String remedy) {
        return new TlsMaterialException(TlsReason.CLIENT_KEY_FORMAT, file, what, remedy);
    }
}
