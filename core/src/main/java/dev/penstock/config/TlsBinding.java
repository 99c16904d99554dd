package dev.penstock.config;

import dev.penstock.secret.FilePermissions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.CertValidation;
import dev.penstock.tls.ChannelBinding;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.Sni;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.SslNegotiation;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.tls.TlsSource;
import dev.penstock.tls.TlsVersion;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the TLS keys into a {@link TlsConfig}; what {@code tls} itself finds contradictory is told with its origin. */
final class TlsBinding {
    private final Settings settings;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings;
    private final TlsPolicy policy;
    private final List<String> hosts;
    private final Map<String, String> given = new LinkedHashMap<>();

    /** The setting that says which mode is used; null when nobody does. */
    private @Nullable Setting modeSetting;

    /** @param hosts of all servers that are configured */
    TlsBinding(
            Settings settings, Mistakes mistakes, List<ConfigWarning> warnings, TlsPolicy policy, List<String> hosts) {
        this.settings = settings;
        this.mistakes = mistakes;
        this.warnings = warnings;
        this.policy = policy;
        this.hosts = hosts;
    }

    /**
     * The TLS keys as one value, with what the policy gives where nothing is written; null when one of them is wrong.
     *
     * @param verifies whether servers must prove themselves where no mode is written
     */
    @Nullable
    TlsConfig bind(boolean verifies, @Nullable PasswordSource keyPassword) {
        TlsSource ca = settings.value(Key.SSLROOTCERT);
        // libpq 16 has the same rule for system: with public authorities only a name proves something.
        boolean full = verifies || ca instanceof TlsSource.SystemTrust;
        SslMode mode = mode(full ? SslMode.VERIFY_FULL : SslMode.PREFER);
        TlsConfig.Builder builder = TlsConfig.builder(mode)
                .ca(ca == null && mode == SslMode.VERIFY_FULL ? TlsSource.system() : ca)
                .clientCertificate(clientCertificate(keyPassword));
        for (Key key : Key.allOfSection(Key.TLS_SECTION)) {
            Object value = settings.read(key);
            if (value != null) {
                set(builder, key, value);
            }
        }
        Set<String> written = Stream.of(Key.SSLMODE, Key.SSLROOTCERT, Key.SSL_MIN_VERSION, Key.CHANNEL_BINDING)
                .filter(key -> settings.explicit(key) != null)
                .map(Key::yamlName)
                .collect(Collectors.toSet());
        TlsPolicy.Verdict verdict = policy.judge(builder, written, hosts);
        verdict.breaches().forEach(this::addBreach);
        given.putAll(verdict.given());
        try {
            return verdict.completed().build();
        } catch (InvalidConfigException e) {
            for (Violation violation : e.violations()) {
                Key key = Key.ofComponent(violation.path()).orElse(Key.SSLMODE);
                // What nobody wrote is asked for by the mode.
                mistakes.add(
                        key, Key.SSLMODE, Violation.of(violation.code(), "", violation.message(), violation.remedy()));
            }
            return null;
        }
    }

    /** The keys whose values the policy gave, with the place of each line; {@code require_auth} too, where nobody wrote it. */
    Map<String, String> given(boolean withRequireAuth) {
        Map<String, String> places = new LinkedHashMap<>(given);
        if (withRequireAuth && policy.holdsFor(hosts)) {
            policy.placeOfRequireAuth().ifPresent(place -> places.put(Key.REQUIRE_AUTH.yamlName(), place));
        }
        return places;
    }

    /** Adds a mistake with the place of what was written; the message has that of the policy. */
    private void addBreach(Violation breach) {
        Key key = Key.named(breach.path()).orElse(Key.SSLMODE);
        Setting setting = key == Key.SSLMODE ? modeSetting : settings.get(key);
        String path = setting == null ? settings.path(key) : setting.path();
        String origin = setting == null ? Setting.DEFAULT : setting.origin();
        mistakes.add(key, new Violation(path, TlsPolicyRules.CODE, "", breach.message(), origin, breach.remedy()));
    }

    /** One value by itself; mode, CA and client certificate are put together. */
    private static void set(TlsConfig.Builder builder, Key key, Object value) {
        switch (key) {
            case CERT_VALIDATION -> builder.certValidation((CertValidation) value);
            case SSLCRL -> builder.crl((TlsSource) value);
            case SSL_MIN_VERSION -> builder.minVersion((TlsVersion) value);
            case SSL_MAX_VERSION -> builder.maxVersion((TlsVersion) value);
            case SSL_CIPHERS -> builder.ciphers(strings(value));
            case SSLSNI -> builder.sni((Sni) value);
            case VERIFY_NAME -> builder.verifyName((String) value);
            case CHANNEL_BINDING -> builder.channelBinding((ChannelBinding) value);
            case SSLNEGOTIATION -> builder.negotiation((SslNegotiation) value);
            case KEY_PERMISSIONS -> builder.keyPermissions((FilePermissions) value);
            case RELOAD_INTERVAL -> builder.reloadInterval((Duration) value);
            default -> {}
        }
    }

    /** What {@link #set} and the parts of the mode, the CA and the client certificate came to. */
    static @Nullable Object value(TlsConfig tls, Key key) {
        ClientCertificate client = tls.clientCertificate();
        return switch (key) {
            case SSLMODE -> tls.mode();
            case CERT_VALIDATION -> tls.certValidation();
            case SSLROOTCERT -> tls.ca();
            case SSLCERT -> client == null ? null : client.certificate();
            case SSLKEY -> client == null ? null : client.key();
            case SSLPASSWORD_FILE -> client == null ? null : client.keyPassword();
            case SSLCRL -> tls.crl();
            case SSL_MIN_VERSION -> tls.minVersion();
            case SSL_MAX_VERSION -> tls.maxVersion();
            case SSL_CIPHERS -> tls.ciphers();
            case SSLSNI -> tls.sni();
            case VERIFY_NAME -> tls.verifyName();
            case CHANNEL_BINDING -> tls.channelBinding();
            case SSLNEGOTIATION -> tls.negotiation();
            case KEY_PERMISSIONS -> tls.keyPermissions();
            case RELOAD_INTERVAL -> tls.reloadInterval();
            default -> throw new IllegalArgumentException(key.name());
        };
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(Object value) {
        return (List<String>) value;
    }

    /** The variable is a floor that a platform sets: the stronger of it and of what was asked for wins. */
    private SslMode mode(SslMode byDefault) {
        Setting variable = settings.variable(Key.SSLMODE);
        SslMode asked = sslMode(settings.asked(Key.SSLMODE));
        SslMode floor = sslMode(variable);
        modeSetting = settings.explicit(Key.SSLMODE);
        if (variable == null || floor == null) {
            return asked == null ? byDefault : asked;
        }
        if (asked == null || asked == floor) {
            return floor;
        }
        SslMode stronger = asked.isWeakerThan(floor) ? floor : asked;
        modeSetting = stronger == floor ? variable : modeSetting;
        warnings.add(variable.warning(
                "SSLMODE_DIFFERS",
                "is " + floor.libpqName() + " here and " + asked.libpqName() + " elsewhere; the stronger one, "
                        + stronger.libpqName() + ", is used",
                "Keep one of them."));
        return stronger;
    }

    private @Nullable SslMode sslMode(@Nullable Setting setting) {
        return setting == null ? null : (SslMode) Key.SSLMODE.read(setting, mistakes);
    }

    private @Nullable ClientCertificate clientCertificate(@Nullable PasswordSource uriPassword) {
        TlsSource certificate = settings.value(Key.SSLCERT);
        TlsSource key = settings.value(Key.SSLKEY);
        if (certificate == null) {
            Setting alone = settings.explicit(Key.SSLKEY);
            if (alone != null) {
                mistakes.add(
                        Key.SSLKEY,
                        alone.violation("KEY_WITHOUT_CERTIFICATE", "has no certificate beside it", "Set sslcert too."));
            }
            return null;
        }
        Path file = passwordFile();
        String place = settings.path(Key.SSLPASSWORD_FILE) + " (" + settings.origin(Key.SSLPASSWORD_FILE) + ")";
        PasswordSource password =
                file == null ? uriPassword : PasswordSource.file(file).namedIn(place);
        return new ClientCertificate(certificate, key == null ? certificate : key, password);
    }

    private @Nullable Path passwordFile() {
        String text = settings.value(Key.SSLPASSWORD_FILE);
        try {
            return text == null ? null : Path.of(text);
        } catch (InvalidPathException notAPath) {
            mistakes.add(Key.SSLPASSWORD_FILE, "NOT_A_PATH", "***", "is not a path", "Name an existing file.");
            return null;
        }
    }
}
