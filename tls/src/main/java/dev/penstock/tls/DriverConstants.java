package dev.penstock.tls;

import dev.penstock.secret.PasswordSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The TLS properties of a connection where no program opened a {@link TlsContext}: {@code application.yml}, a tool's configuration, a JDBC URL.
 * The names are pgjdbc's and, for the CRL, libpq's; the meanings are those of {@link TlsConfig}. Equal when all values are; prints none of
 * them, because one is a password.
 */
final class DriverConstants {
    private static final List<String> NAMES = List.of(
            "ssl",
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslcrl",
            "channelBinding",
            "sslNegotiation");

    private final Map<String, String> values;

    private DriverConstants(Map<String, String> values) {
        this.values = values;
    }

    static DriverConstants of(Properties properties) {
        return new DriverConstants(NAMES.stream()
                .filter(name -> properties.getProperty(name) != null)
                .collect(Collectors.toUnmodifiableMap(Function.identity(), properties::getProperty)));
    }

    /** @throws IllegalArgumentException if a value is none of its kind, or they contradict one another */
    TlsConfig config() {
        return TlsConfig.builder(mode())
                .ca(source("sslrootcert"))
                .clientCertificate(clientCertificate())
                .crl(source("sslcrl"))
                .channelBinding(value("channelBinding", ChannelBinding::of, ChannelBinding.PREFER))
                .negotiation(value("sslNegotiation", SslNegotiation::of, SslNegotiation.POSTGRES))
                .build();
    }

    /** As in pgjdbc: {@code ssl=true}, or {@code ssl} alone, is {@code verify-full} where {@code sslmode} is not set. */
    private SslMode mode() {
        String ssl = values.getOrDefault("ssl", "false");
        SslMode unset = ssl.isEmpty() || ssl.equalsIgnoreCase("true") ? SslMode.VERIFY_FULL : SslMode.PREFER;
        return value("sslmode", SslMode::of, unset);
    }

    private @Nullable ClientCertificate clientCertificate() {
        TlsSource certificate = source("sslcert");
        TlsSource key = source("sslkey");
        if (certificate == null) {
            if (key != null) {
                throw new IllegalArgumentException(
                        "sslkey is set without sslcert: set both, or sslcert alone for a file with both");
            }
            return null;
        }
        String password = values.get("sslpassword");
        return new ClientCertificate(
                certificate,
                key == null ? certificate : key,
                password == null ? null : PasswordSource.literal(password));
    }

    private @Nullable TlsSource source(String name) {
        String text = values.get(name);
        try {
            return text == null || text.isEmpty() ? null : TlsSource.of(text);
        } catch (IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(name + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private <T> T value(String name, Function<String, Optional<T>> reader, T unset) {
        String text = values.get(name);
        return text == null
                ? unset
                : reader.apply(text.toLowerCase(Locale.ROOT))
                        .orElseThrow(() -> new IllegalArgumentException(name + " has none of its values"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DriverConstants constants && values.equals(constants.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "DriverConstants" + values.keySet();
    }
}
