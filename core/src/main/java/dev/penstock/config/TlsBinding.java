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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the TLS keys into a {@link TlsConfig}; what {@code tls} itself finds contradictory is told with its origin. */
final class TlsBinding {
    private final Values values;
    private final Settings settings;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings;
    private final TlsPolicy policy;
    private final List<String> hosts;
    private final Map<String, String> given = new LinkedHashMap<>();

    /** The setting that says which mode is used; null when nobody does. */
    private @Nullable Setting modeSetting;

    /** @param hosts of all servers that are configured */
    TlsBinding(Values values, Mistakes mistakes, List<ConfigWarning> warnings, TlsPolicy policy, List<String> hosts) {
        this.values = values;
        this.settings = values.settings();
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
        TlsSource ca = source(Key.SSLROOTCERT);
        // libpq 16 has the same rule for system: with public authorities only a name proves something.
        boolean full = verifies || ca instanceof TlsSource.SystemTrust;
        SslMode mode = mode(full ? SslMode.VERIFY_FULL : SslMode.PREFER);
        TlsConfig.Builder builder = TlsConfig.builder(mode)
                .certValidation(values.word(Key.CERT_VALIDATION, CertValidation.class))
                .ca(ca == null && mode == SslMode.VERIFY_FULL ? TlsSource.system() : ca)
                .clientCertificate(clientCertificate(keyPassword))
                .crl(source(Key.SSLCRL))
                .minVersion(Objects.requireNonNullElse(version(Key.SSL_MIN_VERSION), TlsVersion.TLS_1_2))
                .maxVersion(version(Key.SSL_MAX_VERSION))
                .ciphers(ciphers())
                .sni(sni())
                .verifyName(values.text(Key.VERIFY_NAME))
                .channelBinding(values.word(Key.CHANNEL_BINDING, ChannelBinding.class))
                .negotiation(values.word(Key.SSLNEGOTIATION, SslNegotiation.class))
                .keyPermissions(values.word(Key.KEY_PERMISSIONS, FilePermissions.class))
                .reloadInterval(values.duration(Key.RELOAD_INTERVAL));
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
            e.violations().forEach(this::add);
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
        String word = setting == null ? null : values.word(setting);
        return word == null ? null : SslMode.of(word).orElse(null);
    }

    private @Nullable TlsVersion version(Key key) {
        String word = values.word(key);
        return word == null ? null : TlsVersion.of(word).orElse(null);
    }

    private @Nullable ClientCertificate clientCertificate(@Nullable PasswordSource uriPassword) {
        TlsSource certificate = source(Key.SSLCERT);
        TlsSource key = source(Key.SSLKEY);
        if (certificate == null) {
            Setting alone = settings.explicit(Key.SSLKEY);
            if (alone != null) {
                mistakes.add(
                        alone.violation("KEY_WITHOUT_CERTIFICATE", "has no certificate beside it", "Set sslcert too."));
            }
            return null;
        }
        String file = values.text(Key.SSLPASSWORD_FILE);
        Path path = file == null ? null : path(Key.SSLPASSWORD_FILE, file);
        PasswordSource password = path == null
                ? uriPassword
                : PasswordSource.file(path)
                        .namedIn(settings.path(Key.SSLPASSWORD_FILE) + " (" + settings.origin(Key.SSLPASSWORD_FILE)
                                + ")");
        return new ClientCertificate(certificate, key == null ? certificate : key, password);
    }

    private @Nullable TlsSource source(Key key) {
        String text = values.text(key);
        if (text == null) {
            return null;
        }
        try {
            return TlsSource.of(text);
        } catch (IllegalArgumentException neither) {
            mistakes.add(notAPath(key));
            return null;
        }
    }

    private Violation notAPath(Key key) {
        return Objects.requireNonNull(settings.get(key))
                .violation("NOT_A_PATH", "is not a path", "Name an existing file.");
    }

    private @Nullable Path path(Key key, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException notAPath) {
            mistakes.add(notAPath(key));
            return null;
        }
    }

    private List<String> ciphers() {
        String text = values.text(Key.SSL_CIPHERS);
        return text == null
                ? List.of()
                : Arrays.stream(text.split("[,:]"))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    private Sni sni() {
        String text = values.text(Key.SSLSNI);
        return switch (text == null ? "auto" : text.toLowerCase(Locale.ROOT)) {
            case "auto", "1" -> Sni.auto();
            case "off", "0" -> Sni.off();
            default -> Sni.of(String.valueOf(text));
        };
    }

    private void add(Violation violation) {
        Key key = Key.ofComponent(violation.path()).orElse(Key.SSLMODE);
        // What nobody wrote is asked for by the mode.
        String origin = settings.origin(settings.get(key) == null ? Key.SSLMODE : key);
        mistakes.add(new Violation(
                settings.path(key), violation.code(), "", violation.message(), origin, violation.remedy()));
    }

    /** Adds a mistake with the place of what was written; the message has that of the policy. */
    private void addBreach(Violation breach) {
        Key key = Key.named(breach.path()).orElse(Key.SSLMODE);
        Setting setting = key == Key.SSLMODE ? modeSetting : settings.get(key);
        mistakes.add(new Violation(
                setting == null ? settings.path(key) : setting.path(),
                TlsPolicyRules.CODE,
                "",
                breach.message(),
                setting == null ? Scalar.DEFAULT : setting.origin(),
                breach.remedy()));
    }
}
