package dev.penstock.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What an operator wants to know about one certificate. Texts out of it are fit to be shown ({@link ServerText}).
 *
 * @param role what it is used for here: {@code ca}, {@code client} or {@code server}
 * @param subject RFC 2253
 * @param names alternative names, and the common name as {@code CN=…} when it is not among them
 * @param issuer RFC 2253
 * @param notBefore first moment of validity
 * @param notAfter last moment of validity
 * @param fingerprint SHA-256, 64 lower-case hex digits
 */
public record CertificateReport(
        String role,
        String subject,
        List<String> names,
        String issuer,
        Instant notBefore,
        Instant notAfter,
        String fingerprint) {

    public CertificateReport {
        subject = ServerText.inOneLine(subject);
        names = names.stream().map(ServerText::inOneLine).toList();
        issuer = ServerText.inOneLine(issuer);
    }

    static CertificateReport of(String role, X509Certificate certificate) {
        return new CertificateReport(
                role,
                certificate.getSubjectX500Principal().getName(),
                ServerName.namesIn(certificate),
                certificate.getIssuerX500Principal().getName(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                TlsAttempt.fingerprint(certificate));
    }

    static boolean isUnexpired(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().isAfter(Instant.now());
    }
}
