package dev.penstock.tls;

import dev.penstock.secret.Disclosure;
import dev.penstock.tls.SourceReader.Content;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Reads certificates and CRLs, PEM or DER by content. */
final class Certificates {
    private static final SourceReader TRUST =
            new SourceReader("tls.ca", TlsReason.TLS_TRUST_FILE_MISSING, TlsReason.TLS_TRUST_FILE_INVALID);
    private static final SourceReader CRL =
            new SourceReader("tls.crl", TlsReason.TLS_CRL_INVALID, TlsReason.TLS_CRL_INVALID);

    private Certificates() {}

    /** The CAs to trust. Expired ones among others are kept (bundles have them); only expired ones are an error. */
    static Set<X509Certificate> trusted(TlsSource source) {
        if (source instanceof TlsSource.SystemTrust) {
            return systemTrust();
        }
        Set<X509Certificate> anchors = new LinkedHashSet<>();
        for (Content content : TRUST.readAll(source)) {
            if (content.bytes().length == 0) {
                throw new TlsMaterialException(TlsReason.TLS_TRUST_FILE_EMPTY, content.name(), "is empty");
            }
            anchors.addAll(parse(content, TlsReason.TLS_TRUST_FILE_INVALID));
        }
        if (anchors.isEmpty()) {
            throw new TlsMaterialException(TlsReason.TLS_TRUST_FILE_EMPTY, source.describe(), "has no certificate");
        }
        if (anchors.stream().noneMatch(CertificateReport::isUnexpired)) {
            throw new TlsMaterialException(
                    TlsReason.TLS_TRUST_EXPIRED, source.describe(), "has no certificate that is still valid");
        }
        if (anchors.stream().noneMatch(CaChains::signedItself)) {
            throw withoutRoot(source, anchors.iterator().next());
        }
        return anchors;
    }

    private static TlsMaterialException withoutRoot(TlsSource source, X509Certificate first) {
        return new TlsMaterialException(
                TlsReason.TLS_TRUST_FILE_INVALID,
                source.describe(),
                "has no root, only certificates that others issued",
                "Add the certificate of '" + first.getIssuerX500Principal().getName()
                        + "': a chain ends at a certificate that signed itself, as in libpq.");
    }

    private static Set<X509Certificate> systemTrust() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
            Set<X509Certificate> anchors = new LinkedHashSet<>(Arrays.asList(manager.getAcceptedIssuers()));
            if (anchors.isEmpty()) {
                throw new TlsMaterialException(
                        TlsReason.TLS_TRUST_FILE_EMPTY,
                        "system",
                        "trust of this Java runtime is empty",
                        "Install the ca-certificates of the image, or name a CA file.");
            }
            return anchors;
        } catch (GeneralSecurityException failed) {
            throw new TlsMaterialException(TlsReason.TLS_TRUST_FILE_INVALID, "system", "trust cannot be read")
                    .causedBy(failed);
        }
    }

    /** All certificates of a PEM text, or the one of a DER file. */
    static List<X509Certificate> parse(Content content, TlsReason invalid) {
        List<Pem> blocks = Pem.parse(content.bytes());
        List<X509Certificate> certificates = new ArrayList<>();
        if (blocks.isEmpty()) {
            certificates.add(certificate(content.bytes(), content.name(), invalid));
        }
        for (Pem block : blocks) {
            if (block.isCertificate()) {
                if (Der.parse(block.der()).size() > 1) {
                    throw withTrustSettings(content, invalid);
                }
                certificates.add(certificate(block.der(), content.name(), invalid));
            }
        }
        return certificates;
    }

    /** OpenSSL's {@code TRUSTED CERTIFICATE}: Java passes over who it is trusted for, and would trust where OpenSSL was told not to. */
    private static TlsMaterialException withTrustSettings(Content content, TlsReason invalid) {
        return new TlsMaterialException(
                invalid,
                content.name(),
                "has OpenSSL's trust settings behind a certificate (TRUSTED CERTIFICATE)",
                "Write it without them: openssl x509 -in FILE -out ca.pem");
    }

    private static X509Certificate certificate(byte[] der, String name, TlsReason invalid) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException failed) {
            throw new TlsMaterialException(invalid, name, "is not a certificate")
                    .causedBy(Disclosure.withoutTexts(failed));
        }
    }

    static List<X509CRL> crls(TlsSource source) {
        List<X509CRL> crls = new ArrayList<>();
        for (Content content : CRL.readAll(source)) {
            List<Pem> blocks = Pem.parse(content.bytes());
            if (blocks.isEmpty()) {
                crls.add(crl(content.bytes(), content.name()));
            }
            blocks.stream().filter(Pem::isCrl).forEach(block -> crls.add(crl(block.der(), content.name())));
        }
        if (crls.isEmpty()) {
            throw new TlsMaterialException(TlsReason.TLS_CRL_INVALID, source.describe(), "has no CRL");
        }
        return crls;
    }

    private static X509CRL crl(byte[] der, String name) {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
        } catch (CertificateException | CRLException failed) {
            throw new TlsMaterialException(TlsReason.TLS_CRL_INVALID, name, "is not a CRL")
                    .causedBy(Disclosure.withoutTexts(failed));
        }
    }
}
