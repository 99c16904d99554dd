package dev.penstock.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Everything a {@link TlsConfig} names, read and checked at one moment. Immutable. */
public final class TlsMaterial {
    private static final int MAX_ATTEMPTS = 3;

    private final TlsConfig config;
    private final Set<X509Certificate> anchors;
    private final List<X509CRL> crls;
    private final @Nullable ClientIdentity identity;
    private final List<String> remarks;
    private final List<CertificateReport> reports;

    private TlsMaterial(
            TlsConfig config,
            Set<X509Certificate> anchors,
            List<X509CRL> crls,
            @Nullable ClientIdentity identity,
            List<String> remarks) {
        this.config = config;
        this.anchors = anchors;
        this.crls = crls;
        this.identity = identity;
        this.remarks = List.copyOf(remarks);
        this.reports = report();
    }

    /**
     * Reads and checks; opens no connection. Use it to validate a configuration before one is tried.
     *
     * <p>Files swapped while they are read are read again, so that key and certificate come from one rotation.
     *
     * @throws TlsMaterialException on the first source that cannot be used
     */
    public static TlsMaterial load(TlsConfig config) {
        MaterialFiles files = MaterialFiles.of(config);
        for (int attempt = 1; ; attempt++) {
            List<String> before = files.stamp();
            try {
                TlsMaterial material = read(config);
                if (attempt == MAX_ATTEMPTS || before.equals(files.stamp())) {
                    return material;
                }
            } catch (TlsMaterialException failed) {
                if (attempt == MAX_ATTEMPTS || before.equals(files.stamp())) {
                    throw failed;
                }
            }
        }
    }

    private static TlsMaterial read(TlsConfig config) {
        TlsSource ca = config.ca();
        TlsSource crl = config.crl();
        ClientCertificate client = config.clientCertificate();
        List<String> remarks = new ArrayList<>();
        return new TlsMaterial(
                config,
                ca == null ? Set.of() : Certificates.trusted(ca),
                crl == null ? List.of() : Certificates.crls(crl),
                client == null ? null : ClientIdentity.load(client, config.keyPermissions(), remarks::add),
                remarks);
    }

    /** The CAs (none for {@code system}: there are many and they are the runtime's), then the client's chain. */
    public List<CertificateReport> certificates() {
        return reports;
    }

    private List<CertificateReport> report() {
        List<CertificateReport> reports = new ArrayList<>();
        if (!(config.ca() instanceof TlsSource.SystemTrust)) {
            anchors.forEach(anchor -> reports.add(CertificateReport.of("ca", anchor)));
        }
        if (identity != null) {
            identity.chain().forEach(link -> reports.add(CertificateReport.of("client", link)));
        }
        return List.copyOf(reports);
    }

    /** Those of {@link #certificates()} that expire within the time from now, or have: for warnings and health. */
    public List<CertificateReport> expiringWithin(Duration time) {
        Instant limit = Instant.now().plus(time);
        return certificates().stream()
                .filter(report -> report.notAfter().isBefore(limit))
                .toList();
    }

    /** What was accepted and is worth a line in the log, such as a key that others can read in a secret mount. */
    public List<String> remarks() {
        return remarks;
    }

    SSLContext toSslContext() {
        try {
            TrustManager verifier = new ServerVerifier(chainVerifier(), config);
            KeyManager[] keys =
                    identity == null ? new KeyManager[0] : new KeyManager[] {new ClientKeyChooser(identity)};
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {verifier}, null);
            checkCiphers(context);
            return context;
        } catch (GeneralSecurityException failed) {
            throw refusedByRuntime(failed);
        }
    }

    /** Null when no connection of this configuration verifies its chain. */
    @Nullable
    ChainVerifier chainVerifier() {
        try {
            if (!config.verifiesChain()) {
                return null;
            }
            return config.ca() instanceof TlsSource.SystemTrust
                    ? ChainVerifier.ofRuntime(anchors, crls)
                    : ChainVerifier.ofCaFile(anchors, crls);
        } catch (GeneralSecurityException failed) {
            throw refusedByRuntime(failed);
        }
    }

    /** The verification of plain pgjdbc, for comparison; null without a CA. */
    @Nullable
    ChainVerifier pgjdbcVerifier() {
        try {
            return anchors.isEmpty() ? null : ChainVerifier.ofPgjdbc(anchors);
        } catch (GeneralSecurityException failed) {
            throw refusedByRuntime(failed);
        }
    }

    private static TlsMaterialException refusedByRuntime(GeneralSecurityException failed) {
        return new TlsMaterialException(
                        TlsReason.TLS_TRUST_FILE_INVALID, "TLS material", "was refused by the Java runtime")
                .causedBy(failed);
    }

    /** JSSE would say so at the first connection only, and without the list. */
    private void checkCiphers(SSLContext context) {
        List<String> known = Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
        for (String cipher : config.ciphers()) {
            if (!known.contains(cipher)) {
                throw new TlsMaterialException(
                        TlsReason.TLS_CIPHER, "tls.ciphers", "names '" + cipher + "'", "This Java has: " + known);
            }
        }
    }
}
