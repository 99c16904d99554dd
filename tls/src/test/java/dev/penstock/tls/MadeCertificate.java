package dev.penstock.tls;

import dev.penstock.testkit.IssuedCertificate;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate of a chain, also one that no good authority issues: every extension is the test's own. */
final class MadeCertificate {
    private final X509Certificate certificate;
    private final KeyPair keys;
    private final X500Name subject;

    private MadeCertificate(X509Certificate certificate, KeyPair keys, X500Name subject) {
        this.certificate = certificate;
        this.keys = keys;
        this.subject = subject;
    }

    /** A CA with everything that one has; it signs itself unless {@link Plan#by} says otherwise. */
    static Plan ca(String commonName) {
        return new Plan(commonName).basic(new BasicConstraints(true)).usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    /** A server's certificate for these names, for its common name too. */
    static Plan server(String... names) {
        return new Plan(names[0]).names(names);
    }

    X509Certificate certificate() {
        return certificate;
    }

    String pem() {
        return text(certificate);
    }

    static String pem(MadeCertificate... certificates) {
        return Arrays.stream(certificates).map(made -> text(made.certificate)).collect(Collectors.joining());
    }

    /** With its key, as a server shows it with these behind it. */
    IssuedCertificate shownWith(MadeCertificate... behind) {
        try {
            String key = text(new JcaPKCS8Generator(keys.getPrivate(), null).generate());
            return new IssuedCertificate(pem() + pem(behind), key, certificate.getSerialNumber());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Its list of the revoked, valid for a day from an hour ago. */
    String crl(MadeCertificate... revoked) {
        return text(crl(Duration.ofDays(1), revoked));
    }

    /** One that ended this long ago. */
    String crlEnded(Duration ago) {
        return text(crl(ago.negated()));
    }

    String crlWithoutEnd() {
        return text(crl((Duration) null));
    }

    private X509CRL crl(Duration validFor, MadeCertificate... revoked) {
        Date start = Date.from(Instant.now().minus(Duration.ofHours(1)));
        X509v2CRLBuilder list = new X509v2CRLBuilder(subject, start);
        if (validFor != null) {
            list.setNextUpdate(Date.from(Instant.now().plus(validFor)));
        }
        for (MadeCertificate one : revoked) {
            list.addCRLEntry(one.certificate.getSerialNumber(), start, CRLReason.keyCompromise);
        }
        try {
            return new JcaX509CRLConverter()
                    .getCRL(list.build(new JcaContentSignerBuilder(signature("SHA256", keys.getPrivate()))
                            .build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String signature(String digest, PrivateKey key) {
        return digest + "with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm());
    }

    private static String text(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return text.toString();
    }

    /** The content of a certificate before it is signed; valid for a month from an hour ago, with an EC key. */
    static final class Plan {
        private record Ext(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {}

        private final X500Name subject;
        private final java.util.Map<ASN1ObjectIdentifier, Ext> extensions = new java.util.LinkedHashMap<>();
        private MadeCertificate issuer;
        private MadeCertificate sameKeyAs;
        private Instant start = Instant.now().minus(Duration.ofHours(1));
        private Instant end = start.plus(Duration.ofDays(30));
        private String digest = "SHA256";
        private int rsaBits;
        private boolean version1;
        private boolean keyIds = true;

        private Plan(String commonName) {
            this.subject = commonName.isEmpty() ? new X500Name("OU=nobody") : new X500Name("CN=" + commonName);
        }

        Plan by(MadeCertificate authority) {
            this.issuer = authority;
            return this;
        }

        Plan sameKeyAs(MadeCertificate other) {
            this.sameKeyAs = other;
            return this;
        }

        Plan ends(Duration fromNow) {
            this.end = Instant.now().plus(fromNow);
            this.start = end.minus(Duration.ofDays(30));
            return this;
        }

        Plan digest(String name) {
            this.digest = name;
            return this;
        }

        Plan rsa(int bits) {
            this.rsaBits = bits;
            return this;
        }

        Plan version1() {
            this.version1 = true;
            return this;
        }

        Plan noKeyIds() {
            this.keyIds = false;
            return this;
        }

        Plan names(String... names) {
            GeneralName[] entries = Stream.of(names)
                    .map(name -> new GeneralName(
                            name.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, name))
                    .toArray(GeneralName[]::new);
            return put(Extension.subjectAlternativeName, false, new GeneralNames(entries));
        }

        Plan alternativeDnsName(String name) {
            return put(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        }

        /** The host is in the common name alone. */
        Plan commonNameOnly() {
            extensions.remove(Extension.subjectAlternativeName);
            return this;
        }

        Plan basic(BasicConstraints constraints) {
            extensions.remove(Extension.basicConstraints);
            return constraints == null ? this : put(Extension.basicConstraints, true, constraints);
        }

        Plan pathLength(int below) {
            return basic(new BasicConstraints(below));
        }

        /** Bits of {@link KeyUsage}; 0 for none. */
        Plan usage(int bits) {
            extensions.remove(Extension.keyUsage);
            return bits == 0 ? this : put(Extension.keyUsage, true, new KeyUsage(bits));
        }

        Plan purposes(KeyPurposeId... purposes) {
            return put(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
        }

        Plan permits(GeneralName... bases) {
            return put(Extension.nameConstraints, true, new NameConstraints(subtrees(bases), null));
        }

        Plan excludes(GeneralName... bases) {
            return put(Extension.nameConstraints, true, new NameConstraints(null, subtrees(bases)));
        }

        private static GeneralSubtree[] subtrees(GeneralName... bases) {
            return Arrays.stream(bases).map(GeneralSubtree::new).toArray(GeneralSubtree[]::new);
        }

        private Plan put(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
            extensions.put(id, new Ext(id, critical, value));
            return this;
        }

        MadeCertificate issue() {
            try {
                KeyPair keys = sameKeyAs == null ? generate() : sameKeyAs.keys;
                X500Name signer = issuer == null ? subject : issuer.subject;
                PrivateKey key = issuer == null ? keys.getPrivate() : issuer.keys.getPrivate();
                X509CertificateHolder holder = version1 ? version1(signer, keys, key) : version3(signer, keys, key);
                X509Certificate made = new JcaX509CertificateConverter().getCertificate(holder);
                return new MadeCertificate(made, keys, subject);
            } catch (GeneralSecurityException | OperatorCreationException | IOException failed) {
                throw new IllegalStateException(failed);
            }
        }

        private KeyPair generate() throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(rsaBits > 0 ? "RSA" : "EC");
            generator.initialize(rsaBits > 0 ? rsaBits : 256);
            return generator.generateKeyPair();
        }

        private X509CertificateHolder version1(X500Name signer, KeyPair keys, PrivateKey key)
                throws OperatorCreationException {
            X509v1CertificateBuilder builder = new JcaX509v1CertificateBuilder(
                    signer, serial(), Date.from(start), Date.from(end), subject, keys.getPublic());
            return builder.build(new JcaContentSignerBuilder(signature(digest, key)).build(key));
        }

        private X509CertificateHolder version3(X500Name signer, KeyPair keys, PrivateKey key)
                throws OperatorCreationException, IOException, GeneralSecurityException {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    signer, serial(), Date.from(start), Date.from(end), subject, keys.getPublic());
            for (Ext extension : List.copyOf(extensions.values())) {
                builder.addExtension(extension.id(), extension.critical(), extension.value());
            }
            if (keyIds) {
                JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
                builder.addExtension(
                        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(keys.getPublic()));
                builder.addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        ids.createAuthorityKeyIdentifier(issuer == null ? keys.getPublic() : issuer.keys.getPublic()));
            }
            return builder.build(new JcaContentSignerBuilder(signature(digest, key)).build(key));
        }

        private static BigInteger serial() {
            return new BigInteger(120, new SecureRandom()).add(BigInteger.ONE);
        }
    }
}
