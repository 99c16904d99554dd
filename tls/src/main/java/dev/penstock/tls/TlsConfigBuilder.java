package dev.penstock.tls;

import dev.penstock.secret.FilePermissions;
import dev.penstock.violation.InvalidConfigException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the components of a {@link TlsConfig}, each documented there; {@link #build()} validates. Not thread-safe. */
public final class TlsConfigBuilder {
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
    private Duration reloadInterval = TlsConfig.DEFAULT_RELOAD_INTERVAL;

    private TlsConfigBuilder(SslMode mode) {
        this.mode = mode;
    }

    static TlsConfigBuilder of(SslMode mode) {
        return new TlsConfigBuilder(mode);
    }

    /** The same components in another builder; they need not go together. */
    TlsConfigBuilder copy() {
        return new TlsConfigBuilder(mode)
                .certValidation(certValidation)
                .ca(ca)
                .clientCertificate(clientCertificate)
                .crl(crl)
                .minVersion(minVersion)
                .maxVersion(maxVersion)
                .ciphers(ciphers)
                .sni(sni)
                .verifyName(verifyName)
                .channelBinding(channelBinding)
                .negotiation(negotiation)
                .keyPermissions(keyPermissions)
                .reloadInterval(reloadInterval);
    }

    static TlsConfigBuilder of(TlsConfig config) {
        TlsConfigBuilder builder = new TlsConfigBuilder(config.mode());
        builder.certValidation = config.certValidation();
        builder.ca = config.ca();
        builder.clientCertificate = config.clientCertificate();
        builder.crl = config.crl();
        builder.minVersion = config.minVersion();
        builder.maxVersion = config.maxVersion();
        builder.ciphers = config.ciphers();
        builder.sni = config.sni();
        builder.verifyName = config.verifyName();
        builder.channelBinding = config.channelBinding();
        builder.negotiation = config.negotiation();
        builder.keyPermissions = config.keyPermissions();
        builder.reloadInterval = config.reloadInterval();
        return builder;
    }

    public TlsConfigBuilder mode(SslMode value) {
        mode = value;
        return this;
    }

    public TlsConfigBuilder certValidation(CertValidation value) {
        certValidation = value;
        return this;
    }

    public TlsConfigBuilder ca(@Nullable TlsSource value) {
        ca = value;
        return this;
    }

    public TlsConfigBuilder clientCertificate(@Nullable ClientCertificate value) {
        clientCertificate = value;
        return this;
    }

    public TlsConfigBuilder crl(@Nullable TlsSource value) {
        crl = value;
        return this;
    }

    public TlsConfigBuilder minVersion(TlsVersion value) {
        minVersion = value;
        return this;
    }

    public TlsConfigBuilder maxVersion(@Nullable TlsVersion value) {
        maxVersion = value;
        return this;
    }

    public TlsConfigBuilder ciphers(List<String> value) {
        ciphers = List.copyOf(value);
        return this;
    }

    public TlsConfigBuilder sni(Sni value) {
        sni = value;
        return this;
    }

    public TlsConfigBuilder verifyName(@Nullable String value) {
        verifyName = value;
        return this;
    }

    public TlsConfigBuilder channelBinding(ChannelBinding value) {
        channelBinding = value;
        return this;
    }

    public TlsConfigBuilder negotiation(SslNegotiation value) {
        negotiation = value;
        return this;
    }

    public TlsConfigBuilder keyPermissions(FilePermissions value) {
        keyPermissions = value;
        return this;
    }

    public TlsConfigBuilder reloadInterval(Duration value) {
        reloadInterval = value;
        return this;
    }

    /** @throws InvalidConfigException naming every contradiction */
    public TlsConfig build() {
        return new TlsConfig(
                mode,
                certValidation,
                ca,
                clientCertificate,
                crl,
                minVersion,
                maxVersion,
                ciphers,
                sni,
                verifyName,
                channelBinding,
                negotiation,
                keyPermissions,
                reloadInterval);
    }
}
