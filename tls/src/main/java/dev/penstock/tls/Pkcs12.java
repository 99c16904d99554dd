package dev.penstock.tls;

import dev.penstock.secret.Secret;
import dev.penstock.tls.SourceReader.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the one key of a PKCS#12 file with its chain, whatever its alias (pgjdbc alone insists on {@code user}). */
final class Pkcs12 {
    private Pkcs12() {}

    static boolean isPkcs12(Content content) {
        return KeyFormat.of(content.bytes()) == KeyFormat.PKCS12;
    }

    static ClientIdentity read(Content content, @Nullable Secret password) {
        char[] characters = password == null ? new char[0] : password.reveal().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content.bytes()), characters);
            String alias = onlyKey(store, content.name());
            PrivateKey key = (PrivateKey) store.getKey(alias, characters);
            Certificate[] chain = store.getCertificateChain(alias);
            if (key == null || chain == null) {
                throw new TlsMaterialException(
                        TlsReason.CLIENT_CERT_INVALID, content.name(), "has a key without certificate");
            }
            return new ClientIdentity(
                    key, Arrays.stream(chain).map(X509Certificate.class::cast).toList());
        } catch (IOException | GeneralSecurityException failed) {
            throw unreadable(content, password, failed);
        }
    }

    private static String onlyKey(KeyStore store, String file) throws GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                keys.add(alias);
            }
        }
        if (keys.size() != 1) {
            throw new TlsMaterialException(
                    TlsReason.CLIENT_KEY_FORMAT,
                    file,
                    "has " + keys.size() + " keys instead of one",
                    "Make it anew: openssl pkcs12 -export -inkey KEY -in CERT -out client.p12");
        }
        return keys.get(0);
    }

    private static TlsMaterialException unreadable(Content content, @Nullable Secret password, Exception failed) {
        boolean wrongPassword = failed instanceof UnrecoverableKeyException
                || failed.getCause() instanceof UnrecoverableKeyException
                || (failed instanceof IOException && password == null);
        if (wrongPassword) {
            String what = password == null
                    ? "is a PKCS#12 file and no password is given"
                    : "is not opened by the given password";
            boolean ascii = password == null || password.reveal().chars().allMatch(c -> c < 128);
            return ascii
                    ? new TlsMaterialException(TlsReason.CLIENT_KEY_PASSWORD, content.name(), what).causedBy(failed)
                    : new TlsMaterialException(
                                    TlsReason.CLIENT_KEY_PASSWORD,
                                    content.name(),
                                    what + ", which is not ASCII: that may be beyond this Java",
                                    "Make PEM of it: openssl pkcs12 -in " + content.name() + " -out client.pem")
                            .causedBy(failed);
        }
        return new TlsMaterialException(TlsReason.CLIENT_KEY_FORMAT, content.name(), "is not a readable PKCS#12 file")
                .causedBy(failed);
    }
}
