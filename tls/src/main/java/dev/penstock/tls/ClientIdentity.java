package dev.penstock.tls;

import dev.penstock.secret.FilePermissions;
import dev.penstock.tls.SourceReader.Content;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** The client certificate's chain and key, loaded and proven to belong together. */
record ClientIdentity(PrivateKey key, List<X509Certificate> chain) {
    private static final SourceReader CERTIFICATE =
            new SourceReader(TlsReason.CLIENT_CERT_INVALID, TlsReason.CLIENT_CERT_INVALID);
    private static final SourceReader KEY = new SourceReader(TlsReason.CLIENT_KEY_FORMAT, TlsReason.CLIENT_KEY_FORMAT);

    static ClientIdentity load(ClientCertificate source, FilePermissions permissions) {
        List<X509Certificate> chain =
                Certificates.parse(CERTIFICATE.read(source.certificate()), TlsReason.CLIENT_CERT_INVALID);
        checkPermissions(source.key(), permissions);
        Content content = KEY.read(source.key());
        PrivateKey key = key(content);
        return new ClientIdentity(key, chain);
    }

    private static PrivateKey key(Content content) {
        byte[] der = Pem.parse(content.bytes()).stream()
                .filter(Pem::isKey)
                .map(Pem::der)
                .findFirst()
                .orElse(content.bytes());
        PrivateKey key = PrivateKeys.fromPkcs8(der);
        if (key == null) {
            throw new TlsMaterialException(TlsReason.CLIENT_KEY_FORMAT, content.name(), "is not a key the JDK reads");
        }
        return key;
    }

    private static void checkPermissions(TlsSource source, FilePermissions permissions) {
        if (!(source instanceof TlsSource.File file)) {
            return;
        }
        try {
            FilePermissions.Verdict verdict = permissions.forKey(file.path());
            if (!verdict.accepted()) {
                throw new TlsMaterialException(
                        TlsReason.CLIENT_KEY_PERMISSIONS,
                        source.describe(),
                        verdict.remark() + " and is a private key");
            }
        } catch (IOException failed) {
            throw new TlsMaterialException(
                            TlsReason.CLIENT_KEY_FORMAT, source.describe(), "does not exist or cannot be read")
                    .causedBy(failed);
        }
    }

    @Override
    public String toString() {
        return "ClientIdentity[" + chain.get(0).getSubjectX500Principal().getName() + "]";
    }
}
