package dev.penstock.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/** The public halves of the keys with which the build may have signed. */
record Signatures(List<PGPPublicKey> keys) {
    /** Those of {@code MAVEN_GPG_KEY}, or of gpg's keyring when a program signed. */
    static Signatures ofTheBuild() throws IOException {
        String armored = System.getenv("MAVEN_GPG_KEY");
        byte[] keys = armored != null
                ? armored.getBytes(StandardCharsets.UTF_8)
                : new ProcessBuilder("gpg", "--batch", "--export")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .getInputStream()
                        .readAllBytes();
        return new Signatures(publicKeys(keys));
    }

    private static List<PGPPublicKey> publicKeys(byte[] rings) throws IOException {
        List<PGPPublicKey> keys = new ArrayList<>();
        PGPObjectFactory objects = new BcPGPObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(rings)));
        for (Object ring = objects.nextObject(); ring != null; ring = objects.nextObject()) {
            if (ring instanceof PGPSecretKeyRing secret) {
                secret.getPublicKeys().forEachRemaining(keys::add);
            } else if (ring instanceof PGPPublicKeyRing open) {
                open.getPublicKeys().forEachRemaining(keys::add);
            }
        }
        return keys;
    }

    /** Whether that is a detached signature of the file by one of the keys. */
    boolean verify(Path file, Path signature) {
        try (InputStream in = PGPUtil.getDecoderStream(Files.newInputStream(signature))) {
            if (!(new BcPGPObjectFactory(in).nextObject() instanceof PGPSignatureList list)) {
                return false;
            }
            PGPSignature made = list.get(0);
            PGPPublicKey key = keys.stream()
                    .filter(candidate -> candidate.getKeyID() == made.getKeyID())
                    .findFirst()
                    .orElse(null);
            if (key == null) {
                return false;
            }
            made.init(new BcPGPContentVerifierBuilderProvider(), key);
            made.update(Files.readAllBytes(file));
            return made.verify();
        } catch (PGPException | IOException e) {
            return false; // Nothing that could be read as a signature.
        }
    }
}
