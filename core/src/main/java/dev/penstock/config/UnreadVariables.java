package dev.penstock.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Variables that look like OURS and are none, each with what may have been meant. Never with a value: it may be a password. A variable that
 * somebody names, as in <code>${DATABASE_PASSWORD}</code>, is read and therefore left alone.
 */
final class UnreadVariables {
    private static final List<String> PREFIXES = List.of("DATABASE_", "POSTGRES_", "APP_DB_", "APP_", "PENSTOCK_");
    private static final Pattern LIKE_OURS = Pattern.compile(String.join("|", PREFIXES), Pattern.CASE_INSENSITIVE);
    private static final String FILE = "_FILE";

    /** Of a name this long two letters may be wrong, of a shorter one only one: names of other programs are near as well. */
    private static final int LONG = 8;

    /** Likely names that no rule would find. */
    private static final Map<String, String> LIKELY = Map.of(
            "DATABASE_PASSWORD_FILE",
            "Did you mean DATABASE_PASSWORD_FILE_PATH?",
            "DATABASE_URL_FILE",
            "Set DATABASE_URL without a password, and DATABASE_PASSWORD_FILE_PATH to the password's file.",
            "APP_ENV",
            "Did you mean APP_ENVIRONMENT?",
            "DATABASE_ENVIRONMENT",
            "Did you mean APP_ENVIRONMENT?");

    private static final String PASSWORD = "DATABASE_PASSWORD";
    private static final Set<String> OURS = Stream.concat(
                    Key.OWN_VARIABLES.stream(),
                    DriverProperty.table().values().stream().map(DriverProperty::variable))
            .collect(Collectors.toUnmodifiableSet());

    private final Set<String> read = new HashSet<>();
    private final Map<String, String> environment;

    private UnreadVariables(Sources sources, Map<String, String> environment, boolean isPasswordGiven) {
        this.environment = environment;
        if (isPasswordGiven) {
            read.add(PASSWORD);
        }
        if (environment.containsKey("APP_ENVIRONMENT")) {
            read.add("APP_ENV");
        }
        read.addAll(OURS);
        Stream.of(sources.written(), sources.environment())
                .flatMap(layer -> layer.values().stream())
                .flatMap(scalar -> Arrays.stream(scalar.text().split("[^A-Za-z0-9_]+")))
                .forEach(read::add);
    }

    /**
     * One warning for each variable of the environment, in alphabetical order.
     *
     * @param isPasswordGiven whether somebody has written a password or its place, so that {@code DATABASE_PASSWORD} is another program's
     */
    static List<ConfigWarning> warnings(Sources sources, Map<String, String> environment, boolean isPasswordGiven) {
        UnreadVariables variables = new UnreadVariables(sources, environment, isPasswordGiven);
        List<ConfigWarning> warnings = new ArrayList<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            boolean looksLikeOurs =
                    LIKE_OURS.matcher(name).lookingAt() && !variable.getValue().isBlank();
            String remedy = looksLikeOurs ? variables.remedy(name) : null;
            if (remedy != null) {
                warnings.add(new ConfigWarning(
                        name, "UNREAD_VARIABLE", "is set, and nothing reads it", "environment", remedy));
            }
        }
        return warnings;
    }

    /** The variable that may have been meant for the one that is missing. */
    static Optional<String> insteadOf(String missing, Sources sources, Map<String, String> environment) {
        return warnings(sources, environment, true).stream()
                .filter(warning -> warning.remedy().equals(didYouMean(missing)))
                .map(ConfigWarning::path)
                .findFirst();
    }

    private @Nullable String remedy(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String prefix = PREFIXES.stream().filter(upper::startsWith).findFirst().orElse("");
        if (prefix.isEmpty() || isRead(name)) {
            return null;
        }
        if (!name.equals(upper) && OURS.contains(upper)) {
            return environment.containsKey(upper) ? null : didYouMean(upper);
        }
        if (upper.equals(PASSWORD)) {
            return "Name it: DATABASE_PASSWORD_ENV_VAR=DATABASE_PASSWORD; or call it POSTGRES_APP_USER_PW.";
        }
        String likely = LIKELY.get(upper);
        if (likely != null) {
            return likely;
        }
        String rest = upper.substring(prefix.length());
        return nearest(prefix, rest)
                .or(() -> elsewhere(rest))
                .map(UnreadVariables::didYouMean)
                .or(() -> foreign(prefix, rest))
                .orElse(null);
    }

    /** Not of one word: platforms set {@code DATABASE_HOST} and its like for others. */
    private static Optional<String> foreign(String prefix, String rest) {
        return prefix.equals(PREFIXES.get(0)) && rest.indexOf('_') >= 0 ? ForeignNames.remedy(rest) : Optional.empty();
    }

    private boolean isRead(String name) {
        return read.contains(name)
                || (name.endsWith(FILE) && isSecret(name.substring(0, name.length() - FILE.length())));
    }

    /** The sibling of a password's variable is read; that of another one is not. */
    private boolean isSecret(String name) {
        return name.endsWith("_PW") ? read.contains(name) : read.contains(name) && !OURS.contains(name);
    }

    /** The variable of the same prefix that differs by a slip; none for a name with a number of its own, such as {@code DATABASE_URL_2}. */
    private Optional<String> nearest(String prefix, String rest) {
        if (Character.isDigit(rest.charAt(rest.length() - 1))) {
            return Optional.empty();
        }
        return OURS.stream()
                .filter(known -> known.startsWith(prefix))
                .filter(known -> isNear(rest, known.substring(prefix.length())))
                .min(String::compareTo);
    }

    private static boolean isNear(String rest, String known) {
        if (rest.startsWith(known + "_")) {
            // A word more is no slip.
            return false;
        }
        String given = Suggestions.fold(rest);
        String meant = Suggestions.fold(known);
        int shorter = Math.min(given.length(), meant.length());
        int most = shorter < 3 ? 0 : shorter < LONG ? 1 : 2;
        return Suggestions.distance(given, meant) <= most;
    }

    /** The variable of another prefix: {@code DATABASE_SSL_MODE}, {@code POSTGRES_POOL_SIZE}; but images set {@code POSTGRES_USER} for themselves. */
    private Optional<String> elsewhere(String rest) {
        if (rest.indexOf('_') < 0) {
            return Optional.empty();
        }
        return OURS.stream()
                .filter(known -> PREFIXES.stream()
                        .anyMatch(prefix -> known.startsWith(prefix)
                                && Suggestions.fold(known.substring(prefix.length()))
                                        .equals(Suggestions.fold(rest))))
                .min(String::compareTo);
    }

    private static String didYouMean(String name) {
        return "Did you mean " + name + "?";
    }
}
