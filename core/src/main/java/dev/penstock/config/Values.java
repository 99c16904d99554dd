package dev.penstock.config;

import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns the text of a setting into a value of its kind, or into a violation. A wrong value is replaced by the default. */
final class Values {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|min|h|d)?");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,9}");
    private static final Pattern SHARE = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,9})?|\\.[0-9]{1,9}");

    /** A text with a password or a key in it, whichever key of the configuration it was written for. */
    private static final Pattern MISPLACED =
            Pattern.compile("://[^/@\\s]*@|(?:^|\\s)password\\s*=|-----BEGIN ", Pattern.CASE_INSENSITIVE);

    private final Settings settings;
    private final Mistakes mistakes;

    Values(Settings settings, Mistakes mistakes) {
        this.settings = settings;
        this.mistakes = mistakes;
    }

    Settings settings() {
        return settings;
    }

    int integer(Key key) {
        Integer value = optionalInteger(key);
        return value == null ? Integer.parseInt(defaultOf(key)) : value;
    }

    /** A number that nobody has to give, or null when it is unset, wrong or a word. */
    @Nullable
    Integer optionalInteger(Key key) {
        Setting setting = settings.get(key);
        return setting == null ? null : integer(setting);
    }

    Duration duration(Key key) {
        Setting setting = settings.get(key);
        Duration value = setting == null ? null : duration(setting);
        return value == null ? Duration.ofSeconds(Long.parseLong(defaultOf(key))) : value;
    }

    @Nullable
    Double share(Key key) {
        Setting setting = settings.get(key);
        return setting == null ? null : share(setting);
    }

    /** Judges what lost to the connection string as well: it is wrong all the same, and counts once that is gone. */
    void judgeOverridden() {
        for (Setting setting : settings.overridden()) {
            switch (setting.key().spec().kind()) {
                case INTEGER -> integer(setting);
                case DURATION -> duration(setting);
                case WORD -> word(setting);
                case SHARE, TEXT, PATH, SECRET -> {}
            }
        }
    }

    private @Nullable Integer integer(Setting setting) {
        if (setting.key().spec().words().contains(setting.text())) {
            return null;
        }
        if (!INTEGER.matcher(setting.text()).matches()) {
            mistakes.add(setting.violation(
                    "NOT_A_NUMBER",
                    "must be a whole number, " + setting.key().spec().bounds(),
                    ForeignNames.word(setting.key(), setting.text())
                            .orElseGet(() -> Suggestions.didYouMean(
                                    setting.text(), setting.key().spec().words(), remedy(setting.key())))));
            return null;
        }
        int number = Integer.parseInt(setting.text());
        return isWithin(setting.key(), number, 1) ? (Integer) number : outside(setting);
    }

    private @Nullable Duration duration(Setting setting) {
        Matcher matcher = DURATION.matcher(setting.text());
        if (!matcher.matches()) {
            return refuse(setting, "NOT_A_DURATION", "must be seconds, or a number with ms, s, min, h or d");
        }
        Duration duration = durationOf(Long.parseLong(matcher.group(1)), matcher.group(2));
        if (isWithin(setting.key(), duration.toMillis(), 1000)) {
            return duration;
        }
        boolean inMillis = matcher.group(2) == null && isWithin(setting.key(), duration.toSeconds(), 1000);
        return inMillis ? milliseconds(setting) : outside(setting);
    }

    private @Nullable Double share(Setting setting) {
        if (!SHARE.matcher(setting.text()).matches()) {
            return refuse(
                    setting,
                    "NOT_A_NUMBER",
                    "must be a number, " + setting.key().spec().bounds());
        }
        double value = Double.parseDouble(setting.text());
        return value <= 1 ? (Double) value : outside(setting);
    }

    /** The constant with that name in small letters; dashes count as underscores there. */
    <E extends Enum<E>> E word(Key key, Class<E> type) {
        String word = word(key);
        return Enum.valueOf(type, constant(word == null ? defaultOf(key) : word));
    }

    /** The same, or null when it is unset or wrong. */
    <E extends Enum<E>> @Nullable E optionalWord(Key key, Class<E> type) {
        String word = word(key);
        return word == null ? null : Enum.valueOf(type, constant(word));
    }

    /** One of the key's words, or null when it is unset or wrong. */
    @Nullable
    String word(Key key) {
        Setting setting = settings.get(key);
        return setting == null ? null : word(setting);
    }

    @Nullable
    String word(Setting setting) {
        if (setting.key().spec().words().contains(setting.text())) {
            return setting.text();
        }
        String remedy = ForeignNames.word(setting.key(), setting.text())
                .orElseGet(() -> Suggestions.didYouMean(
                        setting.text(), setting.key().spec().words(), "Write one of them as shown."));
        mistakes.add(setting.violation(
                "NOT_A_WORD", "must be one of " + setting.key().spec().bounds(), remedy));
        return null;
    }

    /** A text that is not blank, or null when it is unset or wrong. */
    @Nullable
    String text(Key key) {
        Setting setting = settings.get(key);
        if (setting == null) {
            return null;
        }
        if (setting.text().isBlank()) {
            return refuse(setting, "BLANK", "must not be blank");
        }
        return isMisplaced(setting) ? misplaced(setting) : setting.text();
    }

    /** A name, such as the database's, that is a whole connection string or a key would be shown wherever names are. */
    private static boolean isMisplaced(Setting setting) {
        // The addresses of an API are judged by themselves.
        boolean judged = setting.key().isSecret() || setting.key() == Key.PATRONI_URLS;
        return !judged && MISPLACED.matcher(setting.text()).find();
    }

    private @Nullable String misplaced(Setting setting) {
        mistakes.add(new Violation(
                setting.path(),
                "MISPLACED_SECRET",
                "***",
                "holds a connection string or a key, which does not belong there",
                setting.origin(),
                "Put it where it belongs: url, tls.key or a secret file."));
        return null;
    }

    /** A name that goes into a startup packet: as {@link #text}, and without control characters. */
    @Nullable
    String name(Key key) {
        String text = text(key);
        if (text == null || ConstraintRules.isPrintable(text)) {
            return text;
        }
        return refuse(Objects.requireNonNull(settings.get(key)), Printable.CODE, Printable.MESSAGE);
    }

    private <T> @Nullable T outside(Setting setting) {
        return refuse(setting, "OUT_OF_RANGE", "must be " + setting.key().spec().bounds());
    }

    private <T> @Nullable T refuse(Setting setting, String code, String message) {
        mistakes.add(setting.violation(code, message, remedy(setting.key())));
        return null;
    }

    /** Other pools count in milliseconds. */
    private @Nullable Duration milliseconds(Setting setting) {
        mistakes.add(setting.violation(
                "OUT_OF_RANGE",
                "must be " + setting.key().spec().bounds(),
                "A number alone counts seconds: write " + setting.text() + "ms if milliseconds are meant."));
        return null;
    }

    private static String remedy(Key key) {
        String byDefault = key.spec().byDefault();
        return byDefault == null
                ? "Leave it out, or correct the value."
                : "Correct the value, or leave it out for " + byDefault + ".";
    }

    private static boolean isWithin(Key key, long value, long unit) {
        return value >= key.spec().min() * unit && value <= key.spec().max() * unit;
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

    private static String defaultOf(Key key) {
        return Objects.requireNonNull(key.spec().byDefault(), key.name());
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
