package dev.penstock.tls;

import dev.penstock.secret.FilePermissions;
import dev.penstock.violation.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a connection must show to be trusted, and what it shows of us. Immutable, equal by value; reads no file
 * ({@link TlsContext#open} does). Prints no key material.
 */
public final class TlsConfig {
    /** The time between two looks at the files by default: soon enough for a rotation, cheap enough to forget. */
    public static final Duration DEFAULT_RELOAD_INTERVAL = Duration.ofSeconds(30);

    /** The shortest time between two looks at the files: below it, looking would cost more than it finds. */
    public static final Duration MIN_RELOAD_INTERVAL = Duration.ofSeconds(1);

    /** The longest time between two looks at the files: certificates that platforms hand out live for a day. */
    public static final Duration MAX_RELOAD_INTERVAL = Duration.ofDays(1);

    /** A copy that nobody else holds; not changed any more. */
    private final Builder chosen;

    private TlsConfig(Builder builder) {
        this.chosen = new Builder(builder);
    }

    /** TLS is never spoken. */
    public static TlsConfig disabled() {
        return builder(SslMode.DISABLE).build();
    }

    /** TLS when the server offers it, unverified. */
    public static TlsConfig prefer() {
        return builder(SslMode.PREFER).build();
    }

    /** TLS or nothing, unverified. */
    public static TlsConfig require() {
        return builder(SslMode.REQUIRE).build();
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

    /** Returns a builder with everything at its default, for the mode; the other factories are short for this. */
    public static Builder builder(SslMode mode) {
        return new Builder(mode);
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(chosen);
    }

    /** Returns the same, showing this certificate to servers that ask for one. */
    public TlsConfig withClientCertificate(Path certificate, Path key) {
        return withClientCertificate(ClientCertificate.of(certificate, key));
    }

    /** Returns the same, showing this certificate to servers that ask for one. */
    public TlsConfig withClientCertificate(ClientCertificate certificate) {
        return toBuilder().clientCertificate(certificate).build();
    }

    /** Returns the same with the CA; turns {@code require} into a mode that verifies the chain. */
    public TlsConfig withCa(TlsSource source) {
        return toBuilder().ca(source).build();
    }

    /** Returns the same, looking for this name in the certificate instead of the dialled host. */
    public TlsConfig withVerifyName(String name) {
        return toBuilder().verifyName(name).build();
    }

    /** Returns libpq's {@code sslmode}. */
    public SslMode mode() {
        return chosen.mode;
    }

    /** Returns {@code cert_validation}; {@code BY_MODE} unless verification is waived aloud. */
    public CertValidation certValidation() {
        return chosen.certValidation;
    }

    /**
     * Returns libpq's {@code sslrootcert}: a PEM file with any number of CAs, one of them a root, a directory of such, PEM text or {@code system}.
     * Once given, every mode that ends up with TLS verifies the chain (libpq's root-file rule). {@code null} for none: files in the home
     * directory are not looked at.
     */
    public @Nullable TlsSource ca() {
        return chosen.ca;
    }

    /** Returns libpq's {@code sslcert} and {@code sslkey}; {@code null} for none. */
    public @Nullable ClientCertificate clientCertificate() {
        return chosen.clientCertificate;
    }

    /**
     * Returns libpq's {@code sslcrl}: a PEM or DER file or a directory with a CRL of every CA in the chain, the root included; {@code null} for
     * no check.
     */
    public @Nullable TlsSource crl() {
        return chosen.crl;
    }

    /** Returns the oldest version that is spoken; TLS 1.2 by default, as in libpq. */
    public TlsVersion minVersion() {
        return chosen.minVersion;
    }

    /** Returns the newest version that is spoken; {@code null} for the newest that both sides know. */
    public @Nullable TlsVersion maxVersion() {
        return chosen.maxVersion;
    }

    /** Returns JSSE names, in order of preference; empty for the runtime's own list. */
    public List<String> ciphers() {
        return chosen.ciphers;
    }

    /** Returns the name in the TLS hello; the dialled host by default. */
    public Sni sni() {
        return chosen.sni;
    }

    /** Returns the name that {@code verify-full} looks for, when it is not the host that is dialled; {@code null} for that host. */
    public @Nullable String verifyName() {
        return chosen.verifyName;
    }

    /** Returns whether the login is tied to the TLS connection; {@code PREFER} by default. */
    public ChannelBinding channelBinding() {
        return chosen.channelBinding;
    }

    /** Returns how TLS begins; {@code POSTGRES} by default. */
    public SslNegotiation negotiation() {
        return chosen.negotiation;
    }

    /** Returns who else may read the client key; {@code CONTAINER} by default, so that Docker's and Kubernetes' mounts work. */
    public FilePermissions keyPermissions() {
        return chosen.keyPermissions;
    }

    /**
     * Returns how often files are looked at besides watching them, because some file systems report no events; {@link #DEFAULT_RELOAD_INTERVAL}
     * unless set, {@link #MIN_RELOAD_INTERVAL} to {@link #MAX_RELOAD_INTERVAL}.
     */
    public Duration reloadInterval() {
        return chosen.reloadInterval;
    }

    /** Tells whether a TLS connection must show a certificate that leads to the CA: by mode, or by libpq's root-file rule. */
    public boolean verifiesChain() {
        return mode().verifiesCertificate() || (mode() != SslMode.DISABLE && ca() != null);
    }

    /** Returns every file named here, the key password's included: to check before opening, to watch afterwards. */
    public List<Path> files() {
        return MaterialFiles.of(this).paths();
    }

    /** The components by their names: what makes two configurations equal, and what one prints. */
    private Map<String, @Nullable Object> components() {
        Map<String, @Nullable Object> components = new LinkedHashMap<>();
        components.put("mode", chosen.mode);
        components.put("certValidation", chosen.certValidation);
        components.put("ca", chosen.ca);
        components.put("clientCertificate", chosen.clientCertificate);
        components.put("crl", chosen.crl);
        components.put("minVersion", chosen.minVersion);
        components.put("maxVersion", chosen.maxVersion);
        components.put("ciphers", chosen.ciphers);
        components.put("sni", chosen.sni);
        components.put("verifyName", chosen.verifyName);
        components.put("channelBinding", chosen.channelBinding);
        components.put("negotiation", chosen.negotiation);
        components.put("keyPermissions", chosen.keyPermissions);
        components.put("reloadInterval", chosen.reloadInterval);
        return components;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsConfig config && components().equals(config.components());
    }

    @Override
    public int hashCode() {
        return components().hashCode();
    }

    @Override
    public String toString() {
        return components().entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(", ", "TlsConfig[", "]"));
    }

    /** Collects the components of a {@link TlsConfig}, each documented there. No setter throws: {@link #build()} validates. Not thread-safe. */
    public static final class Builder {
        SslMode mode;
        CertValidation certValidation = CertValidation.BY_MODE;

        @Nullable
        TlsSource ca;

        @Nullable
        ClientCertificate clientCertificate;

        @Nullable
        TlsSource crl;

        TlsVersion minVersion = TlsVersion.TLS_1_2;
        private @Nullable TlsVersion maxVersion;
        private List<String> ciphers = List.of();
        private Sni sni = Sni.auto();

        @Nullable
        String verifyName;

        ChannelBinding channelBinding = ChannelBinding.PREFER;
        private SslNegotiation negotiation = SslNegotiation.POSTGRES;
        FilePermissions keyPermissions = FilePermissions.CONTAINER;
        private Duration reloadInterval = DEFAULT_RELOAD_INTERVAL;

        private Builder(SslMode mode) {
            this.mode = mode;
        }

        private Builder(Builder other) {
            this.mode = other.mode;
            this.certValidation = other.certValidation;
            this.ca = other.ca;
            this.clientCertificate = other.clientCertificate;
            this.crl = other.crl;
            this.minVersion = other.minVersion;
            this.maxVersion = other.maxVersion;
            this.ciphers = List.copyOf(other.ciphers);
            this.sni = other.sni;
            this.verifyName = other.verifyName;
            this.channelBinding = other.channelBinding;
            this.negotiation = other.negotiation;
            this.keyPermissions = other.keyPermissions;
            this.reloadInterval = other.reloadInterval;
        }

        /** The same components in another builder; they need not go together. */
        Builder copy() {
            return new Builder(this);
        }

        /** Sets {@link TlsConfig#mode()}. */
        public Builder mode(SslMode value) {
            mode = value;
            return this;
        }

        /** Sets {@link TlsConfig#certValidation()}. */
        public Builder certValidation(CertValidation value) {
            certValidation = value;
            return this;
        }

        /** Sets {@link TlsConfig#ca()}. */
        public Builder ca(@Nullable TlsSource value) {
            ca = value;
            return this;
        }

        /** Sets {@link TlsConfig#clientCertificate()}. */
        public Builder clientCertificate(@Nullable ClientCertificate value) {
            clientCertificate = value;
            return this;
        }

        /** Sets {@link TlsConfig#crl()}. */
        public Builder crl(@Nullable TlsSource value) {
            crl = value;
            return this;
        }

        /** Sets {@link TlsConfig#minVersion()}. */
        public Builder minVersion(TlsVersion value) {
            minVersion = value;
            return this;
        }

        /** Sets {@link TlsConfig#maxVersion()}. */
        public Builder maxVersion(@Nullable TlsVersion value) {
            maxVersion = value;
            return this;
        }

        /** Sets {@link TlsConfig#ciphers()}. */
        public Builder ciphers(List<String> value) {
            ciphers = value;
            return this;
        }

        /** Sets {@link TlsConfig#sni()}. */
        public Builder sni(Sni value) {
            sni = value;
            return this;
        }

        /** Sets {@link TlsConfig#verifyName()}. */
        public Builder verifyName(@Nullable String value) {
            verifyName = value;
            return this;
        }

        /** Sets {@link TlsConfig#channelBinding()}. */
        public Builder channelBinding(ChannelBinding value) {
            channelBinding = value;
            return this;
        }

        /** Sets {@link TlsConfig#negotiation()}. */
        public Builder negotiation(SslNegotiation value) {
            negotiation = value;
            return this;
        }

        /** Sets {@link TlsConfig#keyPermissions()}. */
        public Builder keyPermissions(FilePermissions value) {
            keyPermissions = value;
            return this;
        }

        /** Sets {@link TlsConfig#reloadInterval()}. */
        public Builder reloadInterval(Duration value) {
            reloadInterval = value;
            return this;
        }

        /** @throws InvalidConfigException naming every contradiction */
        public TlsConfig build() {
            new TlsConfigRules()
                    .present("mode", mode)
                    .present("certValidation", certValidation)
                    .present("minVersion", minVersion)
                    .present("ciphers", ciphers)
                    .present("sni", sni)
                    .present("channelBinding", channelBinding)
                    .present("negotiation", negotiation)
                    .present("keyPermissions", keyPermissions)
                    .present("reloadInterval", reloadInterval)
                    .throwIfAny()
                    .mode(mode, certValidation, ca)
                    .unused(mode, ca, clientCertificate, crl)
                    .names(mode, verifyName)
                    .protocol(mode, minVersion, maxVersion, negotiation)
                    .revocation(mode, certValidation, ca, crl)
                    .binding(mode, channelBinding)
                    .reload(reloadInterval)
                    .throwIfAny();
            return new TlsConfig(this);
        }
    }
}
