package dev.penstock.tls;

import dev.penstock.secret.PasswordSource;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The certificate this side shows, with its private key. Several formats are recognised by content, not by file name.
 *
 * @param certificate the certificate and, behind it, the intermediates that lead to the server's CA
 * @param key its private key; the same source as the certificate when one PEM or PKCS#12 file holds both
 * @param keyPassword opens an encrypted key or the PKCS#12 file; {@code null} when it is not encrypted
 */
public record ClientCertificate(
        TlsSource certificate, TlsSource key, @Nullable PasswordSource keyPassword) {
    public ClientCertificate {
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
    }

    /** A certificate file and an unencrypted key file. */
    public static ClientCertificate of(Path certificate, Path key) {
        return new ClientCertificate(TlsSource.file(certificate), TlsSource.file(key), null);
    }

    /** Certificate and key in one file: PKCS#12, or PEM with both. */
    public static ClientCertificate of(Path both) {
        return of(both, both);
    }

    /** The same files, opened with this password. */
    public ClientCertificate withKeyPassword(PasswordSource password) {
        return new ClientCertificate(certificate, key, password);
    }
}
