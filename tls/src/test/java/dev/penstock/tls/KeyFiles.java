package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.testkit.IssuedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** One certificate's key in every format that operators bring, written by another implementation than the one that reads them. */
final class KeyFiles {
    static final String PASSWORD = "key pass";

    private final IssuedCertificate issued;

    KeyFiles(IssuedCertificate issued) {
        this.issued = issued;
    }

    PrivateKey key() {
        return PrivateKeys.read(content(issued.key()), null);
    }

    static SourceReader.Content content(String text) {
        return new SourceReader.Content("key.pem", text.getBytes(UTF_8));
    }

    String pkcs8() {
        return issued.key();
    }

    byte[] pkcs8Der() {
        return key().getEncoded();
    }

    /** PKCS#1 for RSA, SEC1 with its curve for EC. */
    String traditional() throws IOException {
        if (key() instanceof ECPrivateKey ec) {
            var sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(256, ec.getS(), X9ObjectIdentifiers.prime256v1);
            return pem(writer -> writer.writeObject(new PemObject("EC PRIVATE KEY", sec1.getEncoded())));
        }
        return pem(writer -> writer.writeObject(key()));
    }

    byte[] traditionalDer() throws IOException {
        return Pem.parse(traditional()).get(0).der();
    }

    /** SEC1 that does not name its curve, behind the block that does, as {@code openssl ecparam -genkey} writes them. */
    String sec1WithSeparateCurve() throws IOException {
        byte[] bare = PrivateKeyInfo.getInstance(pkcs8Der())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        return pem(writer -> {
            writer.writeObject(new PemObject("EC PARAMETERS", X9ObjectIdentifiers.prime256v1.getEncoded()));
            writer.writeObject(new PemObject("EC PRIVATE KEY", bare));
        });
    }

    String opensslEncrypted() throws IOException {
        return pem(writer -> writer.writeObject(
                key(),
                new JcePEMEncryptorBuilder("AES-256-CBC").setProvider(bc()).build(PASSWORD.toCharArray())));
    }

    String encrypted(ASN1ObjectIdentifier cipher) throws IOException, OperatorCreationException {
        JceOpenSSLPKCS8EncryptorBuilder builder = new JceOpenSSLPKCS8EncryptorBuilder(cipher).setProvider(bc());
        builder.setPassword(PASSWORD.toCharArray());
        if (cipher.equals(NISTObjectIdentifiers.id_aes256_CBC)) {
            builder.setPRF(new org.bouncycastle.asn1.x509.AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256));
        }
        OutputEncryptor encryptor = builder.build();
        return pem(writer -> writer.writeObject(new JcaPKCS8Generator(key(), encryptor)));
    }

    /** What decrypting with a wrong password leaves when its padding happens to fit: noise where a key should be. */
    byte[] encryptedNoise() throws IOException, OperatorCreationException {
        OutputEncryptor encryptor = new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                .setProvider(bc())
                .build(PASSWORD.toCharArray());
        ByteArrayOutputStream noise = new ByteArrayOutputStream();
        try (OutputStream cipher = encryptor.getOutputStream(noise)) {
            cipher.write("noise, and no key".getBytes(UTF_8));
        }
        return new EncryptedPrivateKeyInfo(encryptor.getAlgorithmIdentifier(), noise.toByteArray()).getEncoded();
    }

    byte[] scrypt() throws IOException, OperatorCreationException {
        ScryptConfig scrypt =
                new ScryptConfig.Builder(1024, 8, 1).withSaltLength(16).build();
        OutputEncryptor encryptor = new JcePKCSPBEOutputEncryptorBuilder(scrypt, NISTObjectIdentifiers.id_aes256_CBC)
                .setProvider(bc())
                .build(PASSWORD.toCharArray());
        return new PKCS8EncryptedPrivateKeyInfoBuilder(pkcs8Der())
                .build(encryptor)
                .getEncoded();
    }

    byte[] pkcs12(String... aliases) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        X509Certificate[] chain = Certificates.parse(content(issued.chain()), TlsReason.CLIENT_CERT_INVALID)
                .toArray(new X509Certificate[0]);
        for (String alias : aliases) {
            store.setKeyEntry(alias, key(), PASSWORD.toCharArray(), chain);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, PASSWORD.toCharArray());
        return out.toByteArray();
    }

    private static BouncyCastleProvider bc() {
        return new BouncyCastleProvider();
    }

    private static String pem(PemBody body) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            body.write(writer);
        }
        return text.toString();
    }

    private interface PemBody {
        void write(JcaPEMWriter writer) throws IOException;
    }
}
