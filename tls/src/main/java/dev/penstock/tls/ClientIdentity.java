package dev.penstock.tls;

import dev.penstock.secret.FilePermissions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.SourceReader.Content;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client certificate's chain and its key. */
record ClientIdentity(PrivateKey key, List<X509Certificate> chain) {
    private static final SourceReader CERTIFICATE =
            new SourceReader("tls.cert", TlsReason.CLIENT_CERT_INVALID, TlsReason.CLIENT_CERT_INVALID);
    private static final SourceReader KEY =
            new SourceReader("tls.key", TlsReason.CLIENT_KEY_FORMAT, TlsReason.CLIENT_KEY_FORMAT);

    /**
     * Reads both and proves that they belong together and are current.
     *
     * @param remarks gets a sentence about a key file that was accepted although others can read it
     */
    static ClientIdentity load(ClientCertificate source, FilePermissions permissions, Consumer<String> remarks) {
        checkPermissions(source.key(), permissions, remarks);
        Secret password = password(source.keyPassword());
        Content key = KEY.read(source.key());
        ClientIdentity loaded = Pkcs12.isPkcs12(key)
                ? Pkcs12.read(key, password)
                : new ClientIdentity(PrivateKeys.read(key, password), certificates(source.certificate()));
        return loaded.checked(source);
    }

    private static List<X509Certificate> certificates(TlsSource source) {
        List<X509Certificate> certificates =
                Certificates.parse(CERTIFICATE.read(source), TlsReason.CLIENT_CERT_INVALID);
        if (certificates.isEmpty()) {
            throw new TlsMaterialException(TlsReason.CLIENT_CERT_INVALID, source.describe(), "has no certificate");
        }
        return certificates;
    }

    private ClientIdentity checked(ClientCertificate source) {
        String certificate = source.certificate().describe();
        List<X509Certificate> ordered = KeyPairCheck.order(key, chain)
                .orElseThrow(() -> new TlsMaterialException(
                        TlsReason.CLIENT_KEY_MISMATCH,
                        source.key().describe(),
                        "is not the key of the certificate in " + certificate));
        X509Certificate leaf = ordered.get(0);
        Instant now = Instant.now();
        if (leaf.getNotAfter().toInstant().isBefore(now)) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_CERT_INVALID,
                    certificate,
                    "expired on " + leaf.getNotAfter().toInstant());
        }
        if (leaf.getNotBefore().toInstant().isAfter(now)) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_CERT_INVALID,
                    certificate,
                    "is valid only from " + leaf.getNotBefore().toInstant());
        }
        return new ClientIdentity(key, ordered);
    }

    private static @Nullable Secret password(@Nullable PasswordSource source) {
        if (source == null) {
            return null;
        }
        try {
            return source.resolve();
        } catch (SecretUnavailableException missing) {
            throw new TlsMaterialException(
                            TlsReason.CLIENT_KEY_PASSWORD, source.describe(), "gives no key password", missing.remedy())
                    .causedBy(missing);
        }
    }

    private static void checkPermissions(TlsSource source, FilePermissions permissions, Consumer<String> remarks) {
        if (!(source instanceof TlsSource.File file)) {
            return;
        }
        try {
            FilePermissions.Verdict verdict = permissions.forKey(file.path());
            if (!verdict.accepted()) {
                throw new TlsMaterialException(
                        TlsReason.CLIENT_KEY_PERMISSIONS,
                        source.describe(),
                        verdict.remark() + ", too open for a private key",
                        "chmod 600 " + file.path() + ", or set tls.key_permissions=off if the mount is safe.");
            }
            if (!verdict.remark().isEmpty()) {
                remarks.accept("client key " + source.describe() + " " + verdict.remark() + ": accepted");
            }
        } catch (IOException failed) {
            throw KEY.unreadable(file.path(), failed);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ClientIdentity[" + chain.get(0).getSubjectX500Principal().getName() + "]";
    }
}
