package dev.penstock.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Everything a {@link TlsConfig} names, read and checked at one moment. Immutable. */
public final class TlsMaterial {
    private final TlsConfig config;
    private final Set<X509Certificate> anchors;
    private final List<X509CRL> crls;
    private final @Nullable ClientIdentity identity;

    private TlsMaterial(
            TlsConfig config, Set<X509Certificate> anchors, List<X509CRL> crls, @Nullable ClientIdentity identity) {
        this.config = config;
        this.anchors = anchors;
        this.crls = crls;
        this.identity = identity;
    }

    /**
     * Reads and checks; opens nothing. Use it to validate a configuration before a connection is tried.
     *
     * @throws TlsMaterialException on the first source that cannot be used
     */
    public static TlsMaterial load(TlsConfig config) {
        TlsSource ca = config.ca();
        TlsSource crl = config.crl();
        ClientCertificate client = config.clientCertificate();
        return new TlsMaterial(
                config,
                ca == null ? Set.of() : Certificates.trusted(ca),
                crl == null ? List.of() : Certificates.crls(crl),
                client == null ? null : ClientIdentity.load(client, config.keyPermissions()));
    }

    /** The CAs (none for {@code system}: there are many and they are the runtime's), then the client's chain. */
    public List<CertificateReport> certificates() {
        List<CertificateReport> reports = new ArrayList<>();
        if (!(config.ca() instanceof TlsSource.SystemTrust)) {
            anchors.forEach(anchor -> reports.add(CertificateReport.of("ca", anchor)));
        }
        if (identity != null) {
            identity.chain().forEach(link -> reports.add(CertificateReport.of("client", link)));
        }
        return reports;
    }

    SSLContext toSslContext() {
        try {
            ChainVerifier chainVerifier = config.verifiesChain() ? ChainVerifier.of(anchors, crls) : null;
            TrustManager verifier =
                    new ServerVerifier(chainVerifier, config.mode().verifiesHostname());
            KeyManager[] keys =
                    identity == null ? new KeyManager[0] : new KeyManager[] {new ClientKeyChooser(identity)};
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {verifier}, null);
            return context;
        } catch (GeneralSecurityException failed) {
            throw new TlsMaterialException(
                            TlsReason.TLS_TRUST_FILE_INVALID, "material", "was refused by the Java runtime")
                    .causedBy(failed);
        }
    }
}
