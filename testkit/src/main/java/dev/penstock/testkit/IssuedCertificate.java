package dev.penstock.testkit;

import java.math.BigInteger;
import java.nio.file.Path;

/**
 * A certificate with its private key, as PEM texts. Immutable.
 *
 * @param chain the certificate itself, then the intermediate ones up to, but not including, the root
 * @param key the private key: PKCS#8, not encrypted
 * @param serialNumber for {@link CertificateAuthority#revoke}
 */
public record IssuedCertificate(String chain, String key, BigInteger serialNumber) {
    /** Writes the chain, readable for everyone. */
    public Path writeChain(Path file) {
        return FileTree.write(file, chain, "rw-r--r--");
    }

    /** Writes the key, readable for the owner alone, as libpq and the server demand. */
    public Path writeKey(Path file) {
        return FileTree.write(file, key, "rw-------");
    }

    @Override
    public String toString() {
        return "IssuedCertificate[serialNumber=" + serialNumber + ", key=***]";
    }
}
