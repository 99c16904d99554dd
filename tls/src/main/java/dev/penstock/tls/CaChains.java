package dev.penstock.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a CA file, and the chains through them as OpenSSL builds them for libpq: a chain ends at a certificate that signed itself
 * and stands in the file; what stands there besides is an intermediate that servers need not send; and every link up to that root is
 * checked, its dates, purposes, names and revocation. Java's own trust manager would take each certificate of the file for an anchor
 * and look at nothing of it but its key. Immutable, thread-safe.
 */
final class CaChains {
    /** OpenSSL's default depth is 100; no PKI is deeper than this, and JSSE takes ten certificates from a server. */
    private static final int MAX_LENGTH = 12;

    /** Signatures checked in one search: a server that sends certificates which all issue one another gains nothing. */
    private static final int MAX_SIGNATURES = 200;

    private final Set<X509Certificate> roots;
    private final Set<X509Certificate> given;
    private final Map<X500Principal, List<X509Certificate>> bySubject;
    private final List<X509CRL> crls;

    /** @param crls empty for no check of revocation */
    CaChains(Set<X509Certificate> given, Collection<X509CRL> crls) {
        this.roots = given.stream().filter(CaChains::signedItself).collect(Collectors.toUnmodifiableSet());
        this.given = Set.copyOf(given);
        this.bySubject = given.stream().collect(Collectors.groupingBy(X509Certificate::getSubjectX500Principal));
        this.crls = List.copyOf(crls);
    }

    Set<X509Certificate> roots() {
        return roots;
    }

    static boolean signedItself(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate);
    }

    /** By name and signature: the key identifiers that OpenSSL goes by are hints, and often missing. */
    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException anotherKey) {
            return false;
        }
    }

    /**
     * The chain from the server's own certificate to a root, both included.
     *
     * @param sent what the server sent, its own certificate first
     * @throws PeerRejectedException with what is wrong with the first chain that was found; without a reason of its own if none was
     */
    X509Certificate[] find(X509Certificate[] sent) throws PeerRejectedException {
        Search search = new Search(sent);
        List<X509Certificate> chain = search.from(List.of(sent[0]));
        if (chain != null) {
            return chain.toArray(X509Certificate[]::new);
        }
        throw search.refusal == null ? ChainFault.noRoot(sent, bySubject.keySet()) : search.refusal;
    }

    /** Goes up from the server's certificate, depth first; signatures tell certificates of one name apart. Used by one thread. */
    private final class Search {
        private final X509Certificate[] sent;
        private int signatures;
        private @Nullable PeerRejectedException refusal;

        Search(X509Certificate[] sent) {
            this.sent = sent;
        }

        @Nullable
        List<X509Certificate> from(List<X509Certificate> path) throws PeerRejectedException {
            X509Certificate last = path.get(path.size() - 1);
            if (roots.contains(last)) {
                return isAccepted(path) ? path : null;
            }
            if (path.size() == MAX_LENGTH) {
                return null;
            }
            for (X509Certificate issuer : issuers(last)) {
                if (!path.contains(issuer)) {
                    List<X509Certificate> found =
                            from(Stream.concat(path.stream(), Stream.of(issuer)).toList());
                    if (found != null) {
                        return found;
                    }
                }
            }
            return null;
        }

        /**
         * What the CA file has of an issuer counts, and what the server sent only where it has none: a copy with narrower limits is not got
         * round by sending another one.
         */
        private List<X509Certificate> issuers(X509Certificate certificate) {
            X500Principal issuer = certificate.getIssuerX500Principal();
            List<X509Certificate> trusted = bySubject.getOrDefault(issuer, List.of()).stream()
                    .filter(one -> issued(certificate, one))
                    .toList();
            return trusted.isEmpty()
                    ? Arrays.stream(sent)
                            .filter(one -> issued(certificate, one))
                            .toList()
                    : trusted;
        }

        private boolean issued(X509Certificate certificate, X509Certificate issuer) {
            return ++signatures <= MAX_SIGNATURES && isIssuedBy(certificate, issuer);
        }

        /** A revocation is final: no other chain makes it good. */
        private boolean isAccepted(List<X509Certificate> path) throws PeerRejectedException {
            try {
                check(path);
                return true;
            } catch (PeerRejectedException refused) {
                if (refused.reason() == TlsReason.TLS_REVOKED) {
                    throw refused;
                }
                refusal = refusal == null ? refused : refusal;
                return false;
            }
        }
    }

    private void check(List<X509Certificate> path) throws PeerRejectedException {
        for (int i = 0; i < path.size(); i++) {
            checkDates(path.get(i), i);
            try {
                String fault = LinkRules.fault(path.get(i), i == 0, i == path.size() - 1);
                if (!fault.isEmpty()) {
                    throw ChainFault.link(path, i, fault, null);
                }
            } catch (CertificateParsingException unreadable) {
                throw ChainFault.link(path, i, "cannot be read", unreadable);
            }
        }
        if (LinkRules.forbidCommonName(path)) {
            throw ChainFault.link(
                    path, 0, "has a common name that a CA above it may not issue for (name constraints)", null);
        }
        try {
            CertPath whole = CertificateFactory.getInstance("X.509").generateCertPath(path);
            CertPathValidator.getInstance("PKIX").validate(whole, parameters(path.get(path.size() - 1)));
        } catch (CertPathValidatorException refused) {
            throw refusal(path, refused);
        } catch (GeneralSecurityException refused) {
            throw ChainFault.link(path, 0, "cannot be verified by this Java runtime", refused);
        }
    }

    private void checkDates(X509Certificate link, int depth) throws PeerRejectedException {
        Date now = new Date();
        if (now.after(link.getNotAfter())) {
            throw ChainFault.expired(link, depth == 0, given.contains(link));
        }
        if (now.before(link.getNotBefore())) {
            throw ChainFault.notYetValid(link, depth == 0);
        }
    }

    /**
     * The root is part of the path that is validated, and its name and key alone are the anchor: so its constraints, usage and revocation
     * count like those of every other link.
     */
    private PKIXParameters parameters(X509Certificate root) throws GeneralSecurityException {
        TrustAnchor anchor = new TrustAnchor(root.getSubjectX500Principal(), root.getPublicKey(), null);
        PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
        parameters.setRevocationEnabled(!crls.isEmpty());
        if (!crls.isEmpty()) {
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(currentCrls())));
            parameters.addCertPathChecker(crlsOnly());
        }
        return parameters;
    }

    /** The Java runtime would take a list for a quarter of an hour after its end. */
    private List<X509CRL> currentCrls() {
        Date now = new Date();
        List<X509CRL> current = new ArrayList<>(crls);
        current.removeIf(crl ->
                now.before(crl.getThisUpdate()) || crl.getNextUpdate() == null || now.after(crl.getNextUpdate()));
        return Collections.unmodifiableList(current);
    }

    /** The given CRLs and nothing from the network: a database connection must not wait for an OCSP responder. */
    static PKIXRevocationChecker crlsOnly() throws GeneralSecurityException {
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK));
        return checker;
    }

    private static PeerRejectedException refusal(List<X509Certificate> path, CertPathValidatorException refused) {
        int index = Math.max(0, refused.getIndex());
        if (refused.getReason() == BasicReason.REVOKED) {
            return ChainFault.revoked(path.get(index), index == 0, refused);
        }
        if (refused.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
            return ChainFault.revocationUnknown(path.get(index), index == 0, refused);
        }
        return ChainFault.link(path, index, "is refused: " + refused.getMessage(), refused);
    }
}
