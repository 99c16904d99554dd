package dev.penstock.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority in memory, for tests: it issues what a good one would issue, and everything it would not.
 *
 * <pre>{@code
 * var ca = CertificateAuthority.create("Test CA");
 * var expired = ca.server("localhost").expired().issue();
 * var cluster = PostgresCluster.builder().certificateAuthority(ca).serverCertificate(expired).start();
 * }</pre>
 *
 * <p>Its own certificate is valid from a day ago for ten years. Thread-safe.
 */
public final class CertificateAuthority {
    private static final Duration LIFETIME = Duration.ofDays(3650);

    private final X500Name subject;
    private final KeyPair keys;
    private final KeyKind kind;
    private final String certificate;
    private final String intermediates;
    private final Set<BigInteger> revoked = ConcurrentHashMap.newKeySet();

    private CertificateAuthority(
            X500Name subject, KeyPair keys, KeyKind kind, String certificate, String intermediates) {
        this.subject = subject;
        this.keys = keys;
        this.kind = kind;
        this.certificate = certificate;
        this.intermediates = intermediates;
    }

    /** A root with an {@link KeyKind#EC} key. */
    public static CertificateAuthority create(String commonName) {
        return create(commonName, KeyKind.EC);
    }

    /** A root with a key of that kind. */
    public static CertificateAuthority create(String commonName, KeyKind kind) {
        KeyPair keys = kind.generate();
        X500Name name = name(commonName);
        String certificate = certify(name, keys, name, keys.getPrivate(), kind);
        return new CertificateAuthority(name, keys, kind, certificate, "");
    }

    /** An authority below this one; what it issues carries its certificate in the chain. */
    public CertificateAuthority intermediate(String commonName) {
        KeyPair below = kind.generate();
        X500Name name = name(commonName);
        String signed = certify(name, below, subject, keys.getPrivate(), kind);
        return new CertificateAuthority(name, below, kind, signed, signed + intermediates);
    }

    private static String certify(X500Name subject, KeyPair keys, X500Name issuer, PrivateKey signer, KeyKind kind) {
        Instant start = Instant.now().minus(Duration.ofDays(1));
        return new CertificateTemplate(subject, issuer, start, start.plus(LIFETIME))
                .authority()
                .sign(keys.getPublic(), signer, kind);
    }

    /**
     * A certificate for a server. Names that are IP addresses (v4 or v6) become IP entries of the subject alternative name,
     * the others DNS entries; the first one is the common name too.
     */
    public CertificateRequest server(String... names) {
        return new CertificateRequest(this, names[0]).names(names);
    }

    /** A certificate for a client; PostgreSQL compares the common name with the role. The key is {@link KeyKind#RSA}. */
    public CertificateRequest client(String commonName) {
        return new CertificateRequest(this, commonName).key(KeyKind.RSA).forClient();
    }

    /** From now on {@link #crl()} lists it. */
    public void revoke(IssuedCertificate issued) {
        revoked.add(issued.serialNumber());
    }

    /** The list of the revoked certificates as PEM, signed now, valid for a day. */
    public String crl() {
        Instant now = Instant.now();
        X509v2CRLBuilder list = new X509v2CRLBuilder(subject, Date.from(now));
        list.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
        revoked.forEach(serial -> list.addCRLEntry(serial, Date.from(now), CRLReason.keyCompromise));
        return pem(list.build(signer(keys.getPrivate(), kind)));
    }

    /** This authority's certificate as PEM: for a root, what a client has to trust. */
    public String certificate() {
        return certificate;
    }

    /** Writes {@link #certificate()}, readable for everyone. */
    public Path writeCertificate(Path file) {
        return FileTree.write(file, certificate, "rw-r--r--");
    }

    X500Name subject() {
        return subject;
    }

    PrivateKey key() {
        return keys.getPrivate();
    }

    KeyKind kind() {
        return kind;
    }

    String intermediates() {
        return intermediates;
    }

    static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    static BigInteger newSerialNumber() {
        return new BigInteger(120, new SecureRandom()).add(BigInteger.ONE);
    }

    static ContentSigner signer(PrivateKey key, KeyKind kind) {
        try {
            return new JcaContentSignerBuilder(kind.signatureAlgorithm()).build(key);
        } catch (OperatorCreationException e) {
            throw new PostgresClusterException("this Java cannot sign with " + kind, e);
        }
    }

    static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
