package dev.penstock.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * PKIX verification of a server's chain against fixed anchors, with CRLs when given. The JDK's own trust manager does the work, so its
 * algorithm constraints hold; this class adds what libpq does and it does not (the dates of a certificate that is itself an anchor) and
 * turns its exceptions into reasons.
 */
final class ChainVerifier {
    private static final int MAX_CAUSES = 20;

    private final X509ExtendedTrustManager delegate;
    private final Set<X509Certificate> anchors;

    private ChainVerifier(X509ExtendedTrustManager delegate, Set<X509Certificate> anchors) {
        this.delegate = delegate;
        this.anchors = anchors;
    }

    static ChainVerifier of(Set<X509Certificate> anchors, Collection<X509CRL> crls) throws GeneralSecurityException {
        Set<TrustAnchor> trusted =
                anchors.stream().map(anchor -> new TrustAnchor(anchor, null)).collect(Collectors.toSet());
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
        parameters.setRevocationEnabled(!crls.isEmpty());
        if (!crls.isEmpty()) {
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
            parameters.addCertPathChecker(crlsOnly());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return new ChainVerifier((X509ExtendedTrustManager) factory.getTrustManagers()[0], Set.copyOf(anchors));
    }

    /** The given CRLs and nothing from the network: a database connection must not wait for an OCSP responder. */
    private static PKIXRevocationChecker crlsOnly() throws GeneralSecurityException {
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK));
        return checker;
    }

    void verify(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        try {
            delegate.checkServerTrusted(chain, authType, socket);
            if (anchors.contains(chain[0])) {
                chain[0].checkValidity();
            }
        } catch (CertificateException refused) {
            throw reject(chain, refused);
        }
    }

    private PeerRejectedException reject(X509Certificate[] chain, CertificateException refused) {
        TlsReason reason = reason(chain, refused);
        String who = "'" + chain[0].getSubjectX500Principal().getName() + "'";
        String message = switch (reason) {
            case TLS_EXPIRED ->
                "the server's certificate " + who + " expired on "
                        + chain[0].getNotAfter().toInstant();
            case TLS_NOT_YET_VALID ->
                "the server's certificate " + who + " is valid only from "
                        + chain[0].getNotBefore().toInstant();
            case TLS_REVOKED -> "the server's certificate " + who + " is revoked";
            case TLS_REVOCATION_UNKNOWN -> "no current CRL covers the server's certificate " + who;
            default -> "the server's certificate " + who + " does not lead to a trusted CA: " + issuerStory(chain);
        };
        return new PeerRejectedException(reason, message, reason.remedy()).causedBy(refused);
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

    private static String issuerStory(X509Certificate[] chain) {
        X509Certificate last = chain[chain.length - 1];
        boolean selfSigned = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        if (chain.length == 1 && selfSigned) {
            return "it is self-signed and not in tls.ca";
        }
        String sent = chain.length == 1
                ? "the server sent no intermediate"
                : "the server sent "
                        + Arrays.stream(chain)
                                .map(c -> c.getSubjectX500Principal().getName())
                                .toList();
        return "it was issued by '" + chain[0].getIssuerX500Principal().getName() + "', " + sent;
    }
}
