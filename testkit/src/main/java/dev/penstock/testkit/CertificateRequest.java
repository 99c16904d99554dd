package dev.penstock.testkit;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemGenerationException;

/**
 * What a certificate shall say; ends with {@link #issue()}. Valid from an hour ago for 30 days, with an
 * {@link KeyKind#EC} key, unless said otherwise. Not thread-safe.
 */
public final class CertificateRequest {
    private final CertificateAuthority authority;
    private final X500Name subject;
    private List<String> names = List.of();
    private Instant start = Instant.now().minus(Duration.ofHours(1));
    private Instant end = start.plus(Duration.ofDays(30));
    private KeyKind kind = KeyKind.EC;
    private boolean client;
    private boolean selfSigned;

    CertificateRequest(CertificateAuthority authority, String commonName) {
        this.authority = authority;
        this.subject = CertificateAuthority.name(commonName);
    }

    /** The subject alternative names, instead of the former ones: IP addresses and DNS names are told apart. */
    public CertificateRequest names(String... alternativeNames) {
        this.names = List.of(alternativeNames);
        return this;
    }

    /** No subject alternative name: the host is in the common name only, as in certificates of old. */
    public CertificateRequest commonNameOnly() {
        return names();
    }

    /** From when to when it is valid. */
    public CertificateRequest validBetween(Instant first, Instant last) {
        this.start = first;
        this.end = last;
        return this;
    }

    /** Valid until an hour ago. */
    public CertificateRequest expired() {
        Instant now = Instant.now();
        return validBetween(now.minus(Duration.ofDays(30)), now.minus(Duration.ofHours(1)));
    }

    /** Valid from tomorrow. */
    public CertificateRequest notYetValid() {
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        return validBetween(tomorrow, tomorrow.plus(Duration.ofDays(30)));
    }

    /** The kind of the key. */
    public CertificateRequest key(KeyKind keyKind) {
        this.kind = keyKind;
        return this;
    }

    /** Signed with its own key and not by the authority. */
    public CertificateRequest selfSigned() {
        this.selfSigned = true;
        return this;
    }

    CertificateRequest forClient() {
        this.client = true;
        return this;
    }

    /** Makes the key and the certificate. */
    public IssuedCertificate issue() {
        KeyPair keys = kind.generate();
        CertificateTemplate template = new CertificateTemplate(
                        subject, selfSigned ? subject : authority.subject(), start, end)
                .leaf(client, names);
        String signed = selfSigned
                ? template.sign(keys.getPublic(), keys.getPrivate(), kind)
                : template.sign(keys.getPublic(), authority.key(), authority.kind()) + authority.intermediates();
        return new IssuedCertificate(signed, privateKey(keys), template.serialNumber());
    }

    private static String privateKey(KeyPair keys) {
        try {
            return CertificateAuthority.pem(new JcaPKCS8Generator(keys.getPrivate(), null).generate());
        } catch (PemGenerationException e) {
            throw new IllegalStateException("an unencrypted key can always be written", e);
        }
    }
}
