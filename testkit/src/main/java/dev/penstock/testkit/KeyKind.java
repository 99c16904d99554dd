package dev.penstock.testkit;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

/** The kinds of keys that certificates are issued for. */
public enum KeyKind {
    /** ECDSA on P-256, signed with SHA-256. Made in a millisecond, understood everywhere: the default of servers. */
    EC("SHA256withECDSA"),
    /** RSA of 2048 bits, signed with SHA-256. The default of clients: pgjdbc alone reads only this from a PEM file. */
    RSA("SHA256withRSA"),
    /** Ed25519. Its signatures name no hash, so SCRAM channel binding cannot be used with it. */
    ED25519("Ed25519");

    private static final int RSA_BITS = 2048;

    private final String signature;

    KeyKind(String signature) {
        this.signature = signature;
    }

    String signatureAlgorithm() {
        return signature;
    }

    KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(this == ED25519 ? "Ed25519" : name());
            switch (this) {
                case EC -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case RSA -> generator.initialize(RSA_BITS);
                case ED25519 -> {}
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new PostgresClusterException("this Java cannot make an " + this + " key", e);
        }
    }
}
