package dev.penstock.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a private key and a certificate were made together, by signing with one and verifying with the other. */
final class KeyPairCheck {
    private static final byte[] PROBE = "penstock".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private KeyPairCheck() {}

    /**
     * The certificate of the key first, then its issuers as far as they are among the others. Files with the chain in another order are
     * accepted: the server gets it right.
     *
     * @return empty when the key belongs to none of them
     */
    static Optional<List<X509Certificate>> order(PrivateKey key, List<X509Certificate> certificates) {
        return certificates.stream()
                .filter(certificate -> matches(key, certificate))
                .findFirst()
                .map(leaf -> withIssuers(leaf, certificates));
    }

    private static List<X509Certificate> withIssuers(X509Certificate leaf, List<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        Optional<X509Certificate> next = Optional.of(leaf);
        while (next.isPresent()) {
            X509Certificate last = next.get();
            next = certificates.stream()
                    .filter(other -> !chain.contains(other))
                    .filter(other -> other.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .findFirst();
            next.ifPresent(chain::add);
        }
        return chain;
    }

    private static boolean matches(PrivateKey key, X509Certificate certificate) {
        try {
            Signature signature = signature(key.getAlgorithm());
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException otherKind) {
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the JDK that read the key can sign with it", impossible);
        }
    }

    private static Signature signature(String keyAlgorithm) throws GeneralSecurityException {
        switch (keyAlgorithm) {
            case "RSA":
                return Signature.getInstance("SHA256withRSA");
            case "EC":
                return Signature.getInstance("SHA256withECDSA");
            case "RSASSA-PSS":
                Signature pss = Signature.getInstance("RSASSA-PSS");
                pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                return pss;
            default:
                return Signature.getInstance(keyAlgorithm);
        }
    }
}
