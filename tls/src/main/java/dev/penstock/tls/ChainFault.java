package dev.penstock.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The refusals of a server's chain in words: which certificate, what is wrong with it, what to do. */
final class ChainFault {
    private ChainFault() {}

    static PeerRejectedException expired(X509Certificate link, boolean own, boolean fromCaFile) {
        String when = " expired on " + link.getNotAfter().toInstant();
        return fromCaFile && !own
                ? refusal(TlsReason.TLS_TRUST_EXPIRED, "the CA " + name(link) + " in tls.ca" + when, null)
                : refusal(TlsReason.TLS_EXPIRED, who(link, own) + when, null);
    }

    static PeerRejectedException notYetValid(X509Certificate link, boolean own) {
        String message =
                who(link, own) + " is valid only from " + link.getNotBefore().toInstant();
        return refusal(TlsReason.TLS_NOT_YET_VALID, message, null);
    }

    static PeerRejectedException revoked(X509Certificate link, boolean own, @Nullable Exception cause) {
        return refusal(TlsReason.TLS_REVOKED, who(link, own) + " is revoked", cause);
    }

    static PeerRejectedException revocationUnknown(X509Certificate link, boolean own, @Nullable Exception cause) {
        String message = "no current CRL of " + name(link.getIssuerX500Principal()) + " covers " + who(link, own);
        return refusal(TlsReason.TLS_REVOCATION_UNKNOWN, message, cause);
    }

    /** A link that may not stand where it does. */
    static PeerRejectedException link(List<X509Certificate> path, int index, String fault, @Nullable Exception cause) {
        X509Certificate link = path.get(index);
        String remedy = "Issue " + (index == 0 ? "the server" : "that CA") + " a certificate without this fault.";
        return new PeerRejectedException(TlsReason.TLS_UNTRUSTED_CHAIN, who(link, index == 0) + " " + fault, remedy)
                .causedBy(cause);
    }

    /**
     * The chain leads to no root of the CA file. A certificate that is out of its time as well is told by that: it is what has to be renewed.
     *
     * @param given the subjects of what stands in the CA file
     */
    static PeerRejectedException noRoot(X509Certificate[] sent, Set<X500Principal> given) {
        Date now = new Date();
        for (X509Certificate link : sent) {
            if (now.after(link.getNotAfter())) {
                return expired(link, link == sent[0], false);
            }
            if (now.before(link.getNotBefore())) {
                return notYetValid(link, link == sent[0]);
            }
        }
        String start = who(sent[0], true) + " does not lead to a trusted CA: ";
        if (given.contains(sent[0].getIssuerX500Principal())) {
            return new PeerRejectedException(
                    TlsReason.TLS_UNTRUSTED_CHAIN,
                    start + "its issuer " + name(sent[0].getIssuerX500Principal())
                            + " is in tls.ca, but not with the key that signed it, or without the root above it",
                    "Add the root to tls.ca: a chain ends at a certificate that signed itself, as in libpq.");
        }
        return refusal(TlsReason.TLS_UNTRUSTED_CHAIN, start + issuerStory(sent), null);
    }

    /** A refusal by the Java runtime's own rules. */
    static PeerRejectedException byRuntime(X509Certificate[] sent, TlsReason reason, CertificateException refused) {
        X509Certificate own = sent[0];
        return switch (reason) {
            case TLS_EXPIRED -> expired(own, true, false).causedBy(refused);
            case TLS_NOT_YET_VALID -> notYetValid(own, true).causedBy(refused);
            case TLS_REVOKED -> revoked(own, true, refused);
            case TLS_REVOCATION_UNKNOWN -> revocationUnknown(own, true, refused);
            default ->
                refusal(reason, who(own, true) + " does not lead to a trusted CA: " + issuerStory(sent), refused);
        };
    }

    private static PeerRejectedException refusal(TlsReason reason, String message, @Nullable Exception cause) {
        PeerRejectedException refusal = new PeerRejectedException(reason, message, reason.remedy());
        return refusal.causedBy(cause);
    }

    private static String who(X509Certificate link, boolean own) {
        return (own ? "the server's certificate " : "the CA certificate ") + name(link);
    }

    private static String name(X509Certificate link) {
        return name(link.getSubjectX500Principal());
    }

    private static String name(X500Principal principal) {
        return "'" + principal.getName() + "'";
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
        return "it was issued by " + name(chain[0].getIssuerX500Principal()) + ", " + sent;
    }
}
