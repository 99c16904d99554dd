package dev.penstock.tls;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * libpq's {@code channel_binding}: whether the SCRAM login is tied to this very TLS connection. Not possible where a
 * platform's proxy ends TLS, nor with a server certificate signed by Ed25519.
 */
public enum ChannelBinding {
    /** Never. */
    DISABLE,
    /** When both sides can. libpq's default. */
    PREFER,
    /** Or no connection: the protection against a server in the middle when the certificate is not verified. */
    REQUIRE;

    /** The word in a connection string and in pgjdbc's {@code channelBinding}. */
    public String libpqName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value with that libpq name; empty for any other text. */
    public static Optional<ChannelBinding> of(String libpqName) {
        return Arrays.stream(values())
                .filter(value -> value.libpqName().equals(libpqName))
                .findFirst();
    }
}
