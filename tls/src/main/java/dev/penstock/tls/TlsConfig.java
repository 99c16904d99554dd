package dev.penstock.tls;

import dev.penstock.secret.FilePermissions;
import dev.penstock.violation.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection must show to be trusted, and what it shows of us. Immutable; reads no file ({@link TlsContext#open} does).
 * Prints no key material.
 *
 * @param mode libpq's {@code sslmode}
 * @param certValidation {@code cert_validation}; {@code BY_MODE} unless verification is waived aloud
 * @param ca libpq's {@code sslrootcert}: a PEM file with any number of CAs, one of them a root, a directory of such, PEM text or {@code system}. Once
 *     given, every mode that ends up with TLS verifies the chain (libpq's root-file rule). {@code null} for none: files in the
 *     home directory are not looked at
 * @param clientCertificate libpq's {@code sslcert} and {@code sslkey}; {@code null} for none
 * @param crl libpq's {@code sslcrl}: a PEM or DER file or a directory with a CRL of every CA in the chain, the root included; {@code null} for no check
 * @param minVersion TLS 1.2 by default, as in libpq
 * @param maxVersion {@code null} for the newest that both sides know
 * @param ciphers JSSE names, in order of preference; empty for the runtime's own list
 * @param sni the name in the TLS hello
 * @param verifyName the name that {@code verify-full} looks for, when it is not the host that is dialled; {@code null} for that host
 * @param channelBinding whether the login is tied to the TLS connection
 * @param negotiation how TLS begins
 * @param keyPermissions who else may read the client key; {@code CONTAINER} by default, so that Docker's and Kubernetes' mounts work
 * @param reloadInterval how often files are looked at besides watching them (some file systems report no events); 30 s, at least 1 s
 */
public record TlsConfig(
        SslMode mode,
        CertValidation certValidation,
        @Nullable TlsSource ca,
        @Nullable ClientCertificate clientCertificate,
        @Nullable TlsSource crl,
        TlsVersion minVersion,
        @Nullable TlsVersion maxVersion,
        List<String> ciphers,
        Sni sni,
        @Nullable String verifyName,
        ChannelBinding channelBinding,
        SslNegotiation negotiation,
        FilePermissions keyPermissions,
        Duration reloadInterval) {

    /** How often files are looked at by default: soon enough for a rotation, cheap enough to forget. */
    public static final Duration DEFAULT_RELOAD_INTERVAL = Duration.ofSeconds(30);

    /** @throws InvalidConfigException naming every contradiction */
    public TlsConfig {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(certValidation, "certValidation");
        Objects.requireNonNull(minVersion, "minVersion");
        Objects.requireNonNull(sni, "sni");
        Objects.requireNonNull(channelBinding, "channelBinding");
        Objects.requireNonNull(negotiation, "negotiation");
        Objects.requireNonNull(keyPermissions, "keyPermissions");
        Objects.requireNonNull(reloadInterval, "reloadInterval");
        ciphers = List.copyOf(ciphers);
        new TlsConfigRules()
                .mode(mode, certValidation, ca)
                .unused(mode, ca, clientCertificate, crl)
                .names(mode, verifyName)
                .protocol(mode, minVersion, maxVersion, negotiation)
                .revocation(mode, certValidation, ca, crl)
                .binding(mode, channelBinding)
                .reload(reloadInterval)
                .throwIfAny();
    }

    /** Plain text only. */
    public static TlsConfig disabled() {
        return TlsConfigBuilder.of(SslMode.DISABLE).build();
    }

    /** TLS when the server offers it, unverified. */
    public static TlsConfig prefer() {
        return TlsConfigBuilder.of(SslMode.PREFER).build();
    }

    /** TLS or nothing, unverified. */
    public static TlsConfig require() {
        return TlsConfigBuilder.of(SslMode.REQUIRE).build();
    }

    /** TLS with a certificate that leads to this CA; any name. */
    public static TlsConfig verifyCa(Path ca) {
        return builder(SslMode.VERIFY_CA).ca(TlsSource.file(ca)).build();
    }

    /** TLS with a certificate that leads to this CA and names the host. */
    public static TlsConfig verifyFull(Path ca) {
        return builder(SslMode.VERIFY_FULL).ca(TlsSource.file(ca)).build();
    }

    /** TLS with a publicly trusted certificate that names the host: libpq's {@code sslrootcert=system}. */
    public static TlsConfig verifyFull() {
        return builder(SslMode.VERIFY_FULL).ca(TlsSource.system()).build();
    }

    /** Everything at its default, for the mode; the other factories are short for this. */
    public static TlsConfigBuilder builder(SslMode mode) {
        return TlsConfigBuilder.of(mode);
    }

    /** A builder that starts from this configuration. */
    public TlsConfigBuilder toBuilder() {
        return TlsConfigBuilder.of(this);
    }

    /** The same, showing this certificate to servers that ask for one. */
    public TlsConfig withClientCertificate(Path certificate, Path key) {
        return withClientCertificate(ClientCertificate.of(certificate, key));
    }

    /** The same, showing this certificate to servers that ask for one. */
    public TlsConfig withClientCertificate(ClientCertificate certificate) {
        return toBuilder().clientCertificate(certificate).build();
    }

    /** The same with the CA; turns {@code require} into a mode that verifies the chain. */
    public TlsConfig withCa(TlsSource source) {
        return toBuilder().ca(source).build();
    }

    /** The same, looking for this name in the certificate instead of the dialled host. */
    public TlsConfig withVerifyName(String name) {
        return toBuilder().verifyName(name).build();
    }

    /** Whether a TLS connection must show a certificate that leads to the CA: by mode, or by libpq's root-file rule. */
    public boolean verifiesChain() {
        return mode.verifiesCertificate() || (mode != SslMode.DISABLE && ca != null);
    }

    /** Every file named here, the key password's included: to check before opening, to watch afterwards. */
    public List<Path> files() {
        return MaterialFiles.of(this).paths();
    }
}
