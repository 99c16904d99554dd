package dev.penstock.tls;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The keys of a policy file: their names, their values, and which of two values is the stricter one. */
enum PolicyKey {
    SSLMODE_AT_LEAST(Arrays.stream(SslMode.values()).map(SslMode::libpqName).toArray(String[]::new)),
    CA,
    CA_ONLY(Words.DEMAND),
    SSL_MIN_PROTOCOL_VERSION(
            Arrays.stream(TlsVersion.values()).map(TlsVersion::libpqName).toArray(String[]::new)),
    REQUIRE_AUTH,
    CHANNEL_BINDING(Arrays.stream(ChannelBinding.values())
            .map(ChannelBinding::libpqName)
            .toArray(String[]::new)),
    CLIENT_CERTIFICATE_REQUIRED(Words.DEMAND),
    CRL_REQUIRED(Words.DEMAND),
    DAYS_BEFORE_EXPIRY,
    LOOPBACK(Words.DEMAND),
    ALLOW_CERT_VALIDATION_NONE(Words.ALLOWANCE),
    ALLOW_VERIFY_NAME(Words.ALLOWANCE),
    ALLOW_KEY_PERMISSIONS_OFF(Words.ALLOWANCE);

    private static final int MOST_DAYS = 3650;

    /** The values of a key, the weakest first. */
    private static final class Words {
        static final String[] DEMAND = {"false", "true"};
        static final String[] ALLOWANCE = {"true", "false"};

        private Words() {}
    }

    private final List<String> weakestFirst;

    PolicyKey(String... weakestFirst) {
        this.weakestFirst = List.of(weakestFirst);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<PolicyKey> named(String word) {
        return Arrays.stream(values()).filter(key -> key.word().equals(word)).findFirst();
    }

    /** Tells whether the key allows something that a policy forbids where it says nothing. */
    boolean isAllowance() {
        return compareTo(ALLOW_CERT_VALIDATION_NONE) >= 0;
    }

    /** Names the key that somebody may have meant by an unknown one. */
    static String remedy(String name) {
        return Arrays.stream(values())
                .map(PolicyKey::word)
                .filter(word -> name.length() > 1 && (word.contains(name) || name.contains(word)))
                .findFirst()
                .map(word -> "Did you mean '" + word + "'?")
                .orElse("The keys are listed in docs/tls-policy.md; ? before one is for versions that do not know it");
    }

    /** Says what a wrong value must be instead; null for a right one. */
    @Nullable
    String wrong(String value) {
        return switch (this) {
            case CA -> isCa(value) ? null : "an absolute path, or system";
            case REQUIRE_AUTH ->
                methods(value).isEmpty() ? "a list of " + AuthMethod.list(EnumSet.allOf(AuthMethod.class)) : null;
            case DAYS_BEFORE_EXPIRY -> isDays(value) ? null : "a number of days, 1 to " + MOST_DAYS;
            default -> weakestFirst.contains(value) ? null : String.join(", ", weakestFirst);
        };
    }

    /** A relative path would mean another file in every working directory. */
    private static boolean isCa(String value) {
        try {
            return value.equals("system") || Path.of(value).isAbsolute();
        } catch (InvalidPathException notAPath) {
            return false;
        }
    }

    private static boolean isDays(String value) {
        return value.matches("[1-9][0-9]{0,3}") && Integer.parseInt(value) <= MOST_DAYS;
    }

    /** The methods of a list; empty when a word of it is none, or stands there twice. */
    static Set<AuthMethod> methods(String list) {
        List<Optional<AuthMethod>> words = Arrays.stream(list.split(",", -1))
                .map(word -> AuthMethod.of(word.strip()))
                .toList();
        Set<AuthMethod> methods = words.stream().flatMap(Optional::stream).collect(Collectors.toSet());
        return methods.size() == words.size() ? EnumSet.copyOf(methods) : Set.of();
    }

    /** The stricter of two values that are both right; empty when there is none. */
    Optional<String> strictest(String one, String other) {
        return switch (this) {
            case CA -> Optional.of(one).filter(other::equals);
            case DAYS_BEFORE_EXPIRY -> Optional.of(Integer.parseInt(one) >= Integer.parseInt(other) ? one : other);
            case REQUIRE_AUTH -> {
                Set<AuthMethod> both = EnumSet.copyOf(methods(one));
                both.retainAll(methods(other));
                yield Optional.of(AuthMethod.list(both)).filter(list -> !list.isEmpty());
            }
            default -> Optional.of(weakestFirst.indexOf(one) >= weakestFirst.indexOf(other) ? one : other);
        };
    }
}
