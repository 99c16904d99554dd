package dev.penstock.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** The content of one certificate before it is signed: our vocabulary on top of Bouncy Castle's. */
final class CertificateTemplate {
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    private final X500Name subject;
    private final X500Name issuer;
    private final Instant start;
    private final Instant end;
    private final BigInteger serialNumber = CertificateAuthority.newSerialNumber();
    private final java.util.Map<ASN1ObjectIdentifier, Entry> extensions = new java.util.LinkedHashMap<>();

    CertificateTemplate(X500Name subject, X500Name issuer, Instant start, Instant end) {
        this.subject = subject;
        this.issuer = issuer;
        this.start = start;
        this.end = end;
    }

    BigInteger serialNumber() {
        return serialNumber;
    }

    CertificateTemplate authority() {
        extensions.put(Extension.basicConstraints, new Entry(true, new BasicConstraints(true)));
        return usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    CertificateTemplate leaf(boolean client, List<String> names) {
        extensions.put(Extension.basicConstraints, new Entry(true, new BasicConstraints(false)));
        KeyPurposeId purpose = client ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth;
        extensions.put(Extension.extendedKeyUsage, new Entry(false, new ExtendedKeyUsage(purpose)));
        if (!names.isEmpty()) {
            GeneralName[] entries =
                    names.stream().map(CertificateTemplate::generalName).toArray(GeneralName[]::new);
            extensions.put(Extension.subjectAlternativeName, new Entry(false, new GeneralNames(entries)));
        }
        return usage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment);
    }

    private CertificateTemplate usage(int bits) {
        extensions.put(Extension.keyUsage, new Entry(true, new KeyUsage(bits)));
        return this;
    }

    private static GeneralName generalName(String name) {
        boolean address = IP_ADDRESS.matcher(name).matches();
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    /** The signed certificate as PEM. */
    String sign(PublicKey key, PrivateKey signer, KeyKind signerKind) {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer,
                serialNumber,
                Date.from(start),
                Date.from(end),
                subject,
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        try {
            for (var extension : extensions.entrySet()) {
                Entry entry = extension.getValue();
                builder.addExtension(extension.getKey(), entry.critical, entry.value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CertificateAuthority.pem(builder.build(CertificateAuthority.signer(signer, signerKind)));
    }

    private record Entry(boolean critical, ASN1Encodable value) {}
}
