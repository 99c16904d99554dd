package dev.penstock.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verification of a server's chain. With a CA file, {@link CaChains} finds a chain that libpq accepts too, and the JDK's own trust manager then
 * applies its algorithm constraints to that chain. With the trust of the Java runtime the trust manager decides alone. Exceptions are
 * turned into reasons.
 */
final class ChainVerifier {
    private static final int MAX_CAUSES = 20;

    private final X509ExtendedTrustManager runtime;
    private final Set<X509Certificate> dated;
    private final @Nullable CaChains chains;

    /** @param dated the anchors whose dates count when a server shows one of them as its own certificate */
    private ChainVerifier(X509ExtendedTrustManager runtime, Set<X509Certificate> dated, @Nullable CaChains chains) {
        this.runtime = runtime;
        this.dated = Set.copyOf(dated);
        this.chains = chains;
    }

    /** @param given the certificates of a CA file, one root at least */
    static ChainVerifier ofCaFile(Set<X509Certificate> given, Collection<X509CRL> crls)
            throws GeneralSecurityException {
        CaChains chains = new CaChains(given, crls);
        return new ChainVerifier(trustManager(chains.roots(), List.of()), Set.of(), chains);
    }

    /** @param anchors what the Java runtime trusts */
    static ChainVerifier ofRuntime(Set<X509Certificate> anchors, Collection<X509CRL> crls)
            throws GeneralSecurityException {
        return new ChainVerifier(trustManager(anchors, crls), anchors, null);
    }

    /** Not for a connection: as plain pgjdbc verifies, which takes each certificate of a CA file for an anchor and reads no CRL. */
    static ChainVerifier ofPgjdbc(Set<X509Certificate> given) throws GeneralSecurityException {
        return new ChainVerifier(trustManager(given, List.of()), Set.of(), null);
    }

    private static X509ExtendedTrustManager trustManager(Set<X509Certificate> anchors, Collection<X509CRL> crls)
            throws GeneralSecurityException {
        Set<TrustAnchor> trusted =
                anchors.stream().map(anchor -> new TrustAnchor(anchor, null)).collect(Collectors.toSet());
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
        parameters.setRevocationEnabled(!crls.isEmpty());
        if (!crls.isEmpty()) {
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
            parameters.addCertPathChecker(CaChains.crlsOnly());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    void verify(X509Certificate[] sent, String authType, Socket socket) throws CertificateException {
        if (chains == null) {
            verifyByRuntime(sent, authType, socket);
            return;
        }
        X509Certificate[] chain = chains.find(sent);
        try {
            runtime.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException refused) {
            throw ChainFault.link(List.of(chain), 0, "is refused: " + refused.getMessage(), refused);
        }
    }

    private void verifyByRuntime(X509Certificate[] sent, String authType, Socket socket) throws CertificateException {
        try {
            runtime.checkServerTrusted(sent, authType, socket);
            if (dated.contains(sent[0])) {
                sent[0].checkValidity();
            }
        } catch (CertificateException refused) {
            throw ChainFault.byRuntime(sent, reason(sent, refused), refused);
        }
    }

    private static TlsReason reason(X509Certificate[] chain, CertificateException refused) {
        BasicReason basic = basicReason(refused);
        if (basic == BasicReason.REVOKED) {
            return TlsReason.TLS_REVOKED;
        }
        if (basic == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
            return TlsReason.TLS_REVOCATION_UNKNOWN;
        }
        try {
            for (X509Certificate certificate : chain) {
                certificate.checkValidity();
            }
            return TlsReason.TLS_UNTRUSTED_CHAIN;
        } catch (CertificateExpiredException expired) {
            return TlsReason.TLS_EXPIRED;
        } catch (CertificateNotYetValidException early) {
            return TlsReason.TLS_NOT_YET_VALID;
        }
    }

    private static @Nullable BasicReason basicReason(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof CertPathValidatorException invalid
                    && invalid.getReason() instanceof BasicReason basic) {
                return basic;
            }
            cause = cause.getCause();
        }
        return null;
    }
}
