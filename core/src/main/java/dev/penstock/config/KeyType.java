package dev.penstock.config;

import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.Sni;
import dev.penstock.tls.TlsSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values that a key takes: how one is read from a text, which ones hold, and how one is written again. A bound stands here and nowhere
 * else. Immutable.
 *
 * <p>A fault of a simple value is a {@link Fault}, which the place completes; what is a language of its own ({@code options}, {@code schema})
 * throws its mistakes with their own values and remedies.
 */
final class KeyType {
    /** A text without control characters: what goes into a startup packet ends at a NUL there, and the server reads what follows as the next parameter. */
    static final Fault CONTROL_CHARACTER = new Fault("CONTROL_CHARACTER", "must not hold control characters");

    private static final Fault BLANK = new Fault("BLANK", "must not be blank");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|min|h|d)?");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,9}");
    private static final Pattern SHARE = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,9})?|\\.[0-9]{1,9}");

    /** A text with a password or a key in it, whichever key of the configuration it was written for. */
    private static final Pattern MISPLACED =
            Pattern.compile("://[^/@\\s]*@|(?:^|\\s)password\\s*=|-----BEGIN ", Pattern.CASE_INSENSITIVE);

    /**
     * What is wrong with a value.
     *
     * @param remedy empty for the one that the place has for every value of its kind
     */
    record Fault(String code, String message, String remedy) {
        Fault(String code, String message) {
            this(code, message, "");
        }
    }

    private final Class<?> javaType;
    private final String bounds;
    private final Function<String, Object> reader;
    private final Function<Object, @Nullable Fault> rule;
    private List<String> words = List.of();

    /** @param reader gives the value, or the {@link Fault} of a text that stands for none */
    private KeyType(
            Class<?> javaType, String bounds, Function<String, Object> reader, Function<Object, @Nullable Fault> rule) {
        this.javaType = javaType;
        this.bounds = bounds;
        this.reader = reader;
        this.rule = rule;
    }

    static KeyType integer(int min, int max) {
        String bounds = min + " to " + max;
        Fault outside = outside(bounds);
        return new KeyType(
                Integer.class,
                bounds,
                text -> INTEGER.matcher(text).matches()
                        ? (Object) Integer.valueOf(text)
                        : new Fault("NOT_A_NUMBER", "must be a whole number, " + bounds),
                value -> (int) value >= min && (int) value <= max ? null : outside);
    }

    /** The same, and a word that is taken beside the numbers. */
    KeyType or(String word) {
        KeyType made = new KeyType(
                javaType,
                bounds + ", or " + word,
                text -> {
                    Object value = text.equals(word) ? word : reader.apply(text);
                    return value instanceof Fault fault
                            ? new Fault(
                                    fault.code,
                                    fault.message + ", or " + word,
                                    Suggestions.didYouMean(text, List.of(word), ""))
                            : value;
                },
                value -> {
                    Fault fault = word.equals(value) ? null : rule.apply(value);
                    return fault == null ? null : new Fault(fault.code, fault.message + ", or " + word);
                });
        made.words = List.of(word);
        return made;
    }

    static KeyType share() {
        String bounds = "0 to 1";
        return new KeyType(
                Double.class,
                bounds,
                text -> SHARE.matcher(text).matches()
                        ? (Object) Double.valueOf(text)
                        : new Fault("NOT_A_NUMBER", "must be a number, " + bounds),
                value -> (double) value >= 0 && (double) value <= 1 ? null : outside(bounds));
    }

    /** Bounds in seconds. */
    static KeyType duration(long min, long max) {
        return duration(Duration.ofSeconds(min), Duration.ofSeconds(max));
    }

    /** A text without a unit counts seconds. */
    static KeyType duration(Duration min, Duration max) {
        String bounds = min.toSeconds() + " s to " + max.toSeconds() + " s";
        Function<Object, @Nullable Fault> rule = value -> isWithin((Duration) value, min, max) ? null : outside(bounds);
        return new KeyType(
                Duration.class,
                bounds,
                text -> {
                    Matcher matcher = DURATION.matcher(text);
                    if (!matcher.matches()) {
                        return new Fault("NOT_A_DURATION", "must be seconds, or a number with ms, s, min, h or d");
                    }
                    long number = Long.parseLong(matcher.group(1));
                    Duration value = durationOf(number, matcher.group(2));
                    boolean inMillis = matcher.group(2) == null && isWithin(Duration.ofMillis(number), min, max);
                    // Other pools count in milliseconds.
                    return inMillis && rule.apply(value) != null
                            ? new Fault(
                                    "OUT_OF_RANGE",
                                    "must be " + bounds,
                                    "A number alone counts seconds: write " + text + "ms if milliseconds are meant.")
                            : value;
                },
                rule);
    }

    /** The constants of an enum by their names in small letters. */
    static <E extends Enum<E>> KeyType word(Class<E> type) {
        return word(type, constant -> constant.name().toLowerCase(Locale.ROOT));
    }

    static <E extends Enum<E>> KeyType word(Class<E> type, Function<E, String> name) {
        E[] constants = type.getEnumConstants();
        List<String> words = Arrays.stream(constants).map(name).toList();
        String bounds = String.join(", ", words);
        KeyType made = new KeyType(
                type,
                bounds,
                text -> {
                    int at = words.indexOf(text);
                    return at >= 0
                            ? constants[at]
                            : new Fault(
                                    "NOT_A_WORD",
                                    "must be one of " + bounds,
                                    Suggestions.didYouMean(text, words, "Write one of them as shown."));
                },
                value -> null);
        made.words = words;
        return made;
    }

    /** A text that is not blank, and that is neither a connection string nor a key: it would be shown wherever names are. */
    static KeyType text() {
        return ofText(text -> null);
    }

    /** A name that goes into a startup packet. */
    static KeyType printable() {
        return ofText(text -> isPrintable(text) ? null : CONTROL_CHARACTER);
    }

    /** A role that is read as a name, and held with its password. */
    static KeyType login() {
        return new KeyType(Login.class, "not blank", text -> read(printable(), text), value -> null);
    }

    static KeyType schema() {
        KeyType name = printable();
        return ofText(text -> {
            Fault fault = name.rule.apply(text);
            if (fault == null) {
                SearchPath.names(text);
            }
            return fault;
        });
    }

    static KeyType identifier() {
        return ofText(text -> text.matches("[1-9][0-9]{0,19}")
                ? null
                : new Fault(
                        "SYSTEM_IDENTIFIER",
                        "must be the number that the servers show",
                        "Ask one: select system_identifier from pg_control_system()"));
    }

    /** The path of a secret's file. Not judged: it may be the secret itself, and is shown by its place alone. */
    static KeyType path() {
        return new KeyType(String.class, "a path", KeyType::unlessBlank, value -> null);
    }

    /** The name of a secret's variable; as {@link #path()}. */
    static KeyType variable() {
        return new KeyType(String.class, "not blank", KeyType::unlessBlank, value -> null);
    }

    /** The driver's properties, each judged by its own row. */
    static KeyType properties() {
        return new KeyType(Map.class, "names and values", text -> text, value -> null);
    }

    /** A value that another reader makes, of this key and of others. */
    static KeyType elsewhere(Class<?> type) {
        return elsewhere(type, "not blank");
    }

    static KeyType elsewhere(Class<?> type, String bounds) {
        return new KeyType(type, bounds, text -> text, value -> null);
    }

    static KeyType source() {
        return new KeyType(
                TlsSource.class,
                "not blank",
                text -> {
                    if (text.isBlank()) {
                        return BLANK;
                    }
                    try {
                        return TlsSource.of(text);
                    } catch (IllegalArgumentException neither) {
                        return new Fault("NOT_A_PATH", "is not a path", "Name an existing file.");
                    }
                },
                value -> null);
    }

    /** Words separated by commas or colons. */
    static KeyType list() {
        return new KeyType(
                List.class,
                "not blank",
                text -> {
                    Object read = read(text(), text);
                    return read instanceof Fault
                            ? read
                            : Arrays.stream(text.split("[,:]"))
                                    .map(String::strip)
                                    .filter(word -> !word.isEmpty())
                                    .toList();
                },
                value -> null);
    }

    static KeyType sni() {
        return new KeyType(
                Sni.class,
                "not blank",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "auto", "1" -> Sni.auto();
                    case "off", "0" -> Sni.off();
                    default -> {
                        Object read = read(text(), text);
                        yield read instanceof Fault ? read : Sni.of(text);
                    }
                },
                value -> null);
    }

    /** libpq's {@code require_auth}. */
    static KeyType methods() {
        return new KeyType(
                Set.class,
                "not blank",
                text -> {
                    Object read = read(text(), text);
                    return read instanceof Fault ? read : RequireAuth.parse(text);
                },
                value -> null);
    }

    /** libpq's {@code options}. */
    static KeyType settings() {
        return new KeyType(
                Map.class,
                "not blank",
                text -> {
                    Object read = read(text(), text);
                    return read instanceof Fault ? read : SessionOptions.parse(text);
                },
                value -> {
                    SessionOptions.check(asMap(value));
                    return null;
                });
    }

    /** Base URLs of an API, separated by commas. */
    static KeyType urls() {
        return new KeyType(
                List.class,
                "not blank",
                text -> {
                    if (text.isBlank()) {
                        return BLANK;
                    }
                    List<URI> urls = new ArrayList<>();
                    List<Violation> wrong = new ArrayList<>();
                    for (String one : text.split(",", -1)) {
                        try {
                            urls.add(new URI(one.strip()));
                        } catch (URISyntaxException e) {
                            wrong.add(notAnApi());
                        }
                    }
                    throwIfAny(wrong);
                    return List.copyOf(urls);
                },
                value -> {
                    throwIfAny(((Collection<?>) value)
                            .stream()
                                    .filter(url -> !isApi((URI) url))
                                    .map(url -> notAnApi())
                                    .toList());
                    return null;
                });
    }

    private static KeyType ofText(Function<String, @Nullable Fault> further) {
        return new KeyType(String.class, "not blank", text -> text, value -> {
            String text = (String) value;
            if (text.isBlank()) {
                return BLANK;
            }
            return MISPLACED.matcher(text).find()
                    ? new Fault(
                            "MISPLACED_SECRET",
                            "holds a connection string or a key, which does not belong there",
                            "Put it where it belongs: url, tls.key or a secret file.")
                    : further.apply(text);
        });
    }

    private static Object unlessBlank(String text) {
        return text.isBlank() ? BLANK : text;
    }

    /** The class of the values. */
    Class<?> javaType() {
        return javaType;
    }

    /** The words that a text may be; empty for what is no choice. */
    List<String> words() {
        return words;
    }

    /** The values that hold, in the words of the documentation and of violations. */
    String bounds() {
        return bounds;
    }

    /**
     * Reads and judges a text.
     *
     * @return the value, or its {@link Fault}
     * @throws InvalidConfigException with the mistakes of a language of its own
     */
    Object read(String text) {
        return read(this, text);
    }

    private static Object read(KeyType type, String text) {
        Object value = type.reader.apply(text);
        Fault fault = value instanceof Fault ? null : type.rule.apply(value);
        return fault == null ? value : fault;
    }

    /**
     * Judges a value that a program gave.
     *
     * @return null when it holds
     * @throws InvalidConfigException with the mistakes of a language of its own
     */
    @Nullable
    Fault judge(Object value) {
        return rule.apply(value);
    }

    /** The value for a report: a number, or as a file would have it. */
    Object plain(Object value) {
        if (value instanceof Duration duration) {
            return duration.toSeconds();
        }
        return value instanceof Number ? value : written(value);
    }

    /** The value as a file would have it; of settings the names, whose values may be anybody's, and of a secret its place. */
    String written(Object value) {
        if (value instanceof Duration duration) {
            return String.valueOf(duration.toSeconds());
        }
        if (value instanceof Enum<?> constant && !words.isEmpty()) {
            return words.get(constant.ordinal());
        }
        if (value instanceof Sni sni) {
            String own = sni.name();
            return own != null ? own : sni.enabled() ? "auto" : "off";
        }
        if (value instanceof Double number) {
            return number == Math.rint(number) ? String.valueOf(number.longValue()) : String.valueOf(number);
        }
        if (value instanceof Login login) {
            return login.user();
        }
        if (value instanceof TlsSource source) {
            return source.describe();
        }
        if (value instanceof Map<?, ?> settings) {
            return String.join(",", asMap(settings).keySet());
        }
        if (value instanceof Set<?> methods) {
            return methods.stream()
                    .sorted()
                    .map(method -> ((AuthMethod) method).libpqName())
                    .collect(Collectors.joining(","));
        }
        return value instanceof Collection<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
    }

    /** What a message may show of a value that a program gave: numbers, durations and short words; anything else may hold a secret. */
    static String shown(Object value) {
        if (value instanceof Duration duration && duration.getNano() == 0) {
            return duration.getSeconds() + " s";
        }
        boolean harmless = value instanceof Number || value instanceof Duration;
        boolean word = value instanceof String text && text.matches("[A-Za-z0-9_.-]{0,64}");
        return harmless || word ? value.toString() : "";
    }

    static boolean isPrintable(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> asMap(Object value) {
        return (Map<String, String>) value;
    }

    private static Fault outside(String bounds) {
        return new Fault("OUT_OF_RANGE", "must be " + bounds);
    }

    private static boolean isWithin(Duration value, Duration min, Duration max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }

    private static Duration durationOf(long number, @Nullable String unit) {
        return switch (unit == null ? "s" : unit) {
            case "ms" -> Duration.ofMillis(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
    }

    private static boolean isApi(URI url) {
        return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                && url.getHost() != null
                && url.getUserInfo() == null
                && url.getQuery() == null
                && url.getFragment() == null;
    }

    private static Violation notAnApi() {
        return Violation.of(
                "PATRONI_URL",
                "***",
                "must be http://host:port or https://host:port, without a user",
                "Give what stands before /cluster, as in http://pg-1:8008; reading it needs no password in Patroni.");
    }

    private static void throwIfAny(List<Violation> wrong) {
        if (!wrong.isEmpty()) {
            throw new InvalidConfigException(wrong);
        }
    }
}
