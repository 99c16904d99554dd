package dev.penstock.tls;

import java.util.Locale;
import java.util.Optional;

/** libpq's {@code sslmode}, weakest first. What each mode verifies once a CA is given is {@link TlsConfig#verifiesChain()}. */
public enum SslMode {
    /** Plain text only. */
    DISABLE,
    /** Plain text; TLS if the server refuses that. */
    ALLOW,
    /** TLS if the server offers it, else plain text. libpq's default. */
    PREFER,
    /** TLS or nothing; whose server it is stays unproven unless a CA is given. */
    REQUIRE,
    /** TLS, and a certificate that leads to the CA. */
    VERIFY_CA,
    /** TLS, a certificate that leads to the CA, and the server's name in it. */
    VERIFY_FULL;

    /** The word in a connection string: {@code verify-full} for {@link #VERIFY_FULL}. */
    public String libpqName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a connection in plain text is refused. */
    public boolean requiresEncryption() {
        return compareTo(REQUIRE) >= 0;
    }

    /** Whether the mode alone, without the root-file rule, demands a certificate that leads to a CA. */
    public boolean verifiesCertificate() {
        return compareTo(VERIFY_CA) >= 0;
    }

    /** Whether the certificate must name the server. */
    public boolean verifiesHostname() {
        return this == VERIFY_FULL;
    }

    /** Whether this mode promises less than the other. */
    public boolean isWeakerThan(SslMode other) {
        return compareTo(other) < 0;
    }

    /** The mode with that libpq name; empty for any other text. Case counts, as in libpq. */
    public static Optional<SslMode> of(String libpqName) {
        for (SslMode mode : values()) {
            if (mode.libpqName().equals(libpqName)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
