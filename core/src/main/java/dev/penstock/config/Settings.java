package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.violation.InvalidConfigException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The precedence: a component of the connection string, then what is written in the file, then the variable, then the
 * default. Expands every scalar of a file once. Not thread-safe.
 */
final class Settings {
    /** Read by others, or not expanded at all. */
    private static final Set<Key> READ_ELSEWHERE = EnumSet.of(Key.URL, Key.REPLICA_URL, Key.PASSWORD);

    /** Names and secrets: the unnamed database has defaults for them, named ones declare their own. */
    private static final Set<Key> IDENTITY = EnumSet.of(
            Key.APP_DB,
            Key.OWNER_USER,
            Key.USER,
            Key.RO_USER,
            Key.USER_PW_FILE_PATH,
            Key.USER_PW_ENV_VAR,
            Key.RO_USER_PW_FILE_PATH,
            Key.RO_USER_PW_ENV_VAR,
            Key.MIGRATION_USER_PW_FILE_PATH,
            Key.MIGRATION_USER_PW_ENV_VAR);

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_.,:/ ${}?+-]{0,80}");

    private final Sources sources;
    private final Substitution substitution;
    private final Mistakes mistakes;
    private final Map<Key, Setting> uri;
    private final Map<Key, Setting> written;
    private final Map<Key, Setting> environment;

    Settings(Map<Key, Scalar> uri, Sources sources, Substitution substitution, Mistakes mistakes) {
        this.sources = sources;
        this.substitution = substitution;
        this.mistakes = mistakes;
        this.uri = layer(uri);
        this.written = layer(sources.written());
        this.environment = layer(sources.environment());
    }

    /** What counts for the key, default included; null when nobody says anything. */
    @Nullable
    Setting get(Key key) {
        Setting explicit = explicit(key);
        return explicit == null ? byDefault(key) : explicit;
    }

    /** What somebody wrote for the key, or null. */
    @Nullable
    Setting explicit(Key key) {
        Setting asked = asked(key);
        return asked == null ? environment.get(key) : asked;
    }

    /** What connection string or file say, the variable aside; null when they say nothing. */
    @Nullable
    Setting asked(Key key) {
        Setting inUri = uri.get(key);
        return inUri == null ? written.get(key) : inUri;
    }

    /** What the variable says, whether it counts or not; null when it is not set. */
    @Nullable
    Setting variable(Key key) {
        return environment.get(key);
    }

    String path(Key key) {
        Setting setting = get(key);
        return setting == null ? sources.pathOf(key.yamlName()) : setting.path();
    }

    /** Where the value that counts was written; {@link Scalar#DEFAULT} when nobody says anything. */
    String origin(Key key) {
        Setting setting = get(key);
        return setting == null ? Scalar.DEFAULT : setting.origin();
    }

    /** By key, where each value came from; in the order of the table. */
    Map<String, String> origins() {
        Map<String, String> origins = new LinkedHashMap<>();
        for (Key key : Key.values()) {
            Setting setting = get(key);
            if (setting != null) {
                origins.put(key.yamlName(), setting.origin());
            }
        }
        return origins;
    }

    /** What lost to another value in the connection string. */
    List<Setting> overridden() {
        List<Setting> losers = new ArrayList<>();
        for (Setting winner : uri.values()) {
            Key key = winner.key();
            Setting other = written.getOrDefault(key, environment.get(key));
            // A variable for sslmode is a floor, judged elsewhere.
            boolean floor = key == Key.SSLMODE && other == environment.get(key);
            if (other != null && !floor && !other.text().equals(winner.text())) {
                losers.add(other);
            }
        }
        return losers;
    }

    /** One warning for each of them. */
    List<ConfigWarning> overriddenWarnings() {
        List<ConfigWarning> warnings = new ArrayList<>();
        for (Setting loser : overridden()) {
            String winner = origin(loser.key());
            warnings.add(loser.warning(
                    "OVERRIDDEN",
                    "is not used: the connection string (" + winner + ") says otherwise and wins",
                    "Keep one of them."));
        }
        return warnings;
    }

    private @Nullable Setting byDefault(Key key) {
        String text = key.spec().byDefault();
        if (text == null || (IDENTITY.contains(key) && !sources.isUnnamed())) {
            return null;
        }
        return new Setting(key, text, text, sources.pathOf(key.yamlName()), Scalar.DEFAULT);
    }

    private Map<Key, Setting> layer(Map<Key, Scalar> scalars) {
        Map<Key, Setting> settings = new EnumMap<>(Key.class);
        for (Map.Entry<Key, Scalar> entry : scalars.entrySet()) {
            Key key = entry.getKey();
            Scalar scalar = entry.getValue();
            Setting setting = READ_ELSEWHERE.contains(key) ? unread(key, scalar) : expanded(key, scalar);
            if (setting != null) {
                settings.put(key, setting);
            }
        }
        return settings;
    }

    private @Nullable Setting expanded(Key key, Scalar scalar) {
        try {
            Naming naming = key.isPlaceOfSecret() ? Naming.NONE : Naming.ALL;
            String text = scalar.expanded(substitution.naming(naming));
            // An expression that turned out empty leaves the key unset; an empty text that was written is a mistake.
            boolean unset = text.isEmpty() && !scalar.text().isEmpty();
            return unset ? null : new Setting(key, text, shown(key, scalar), scalar.path(), scalar.origin());
        } catch (InvalidConfigException e) {
            mistakes.add(e, scalar.path(), scalar.origin());
            return null;
        }
    }

    private static Setting unread(Key key, Scalar scalar) {
        return new Setting(key, scalar.text(), "***", scalar.path(), scalar.origin());
    }

    /** The text as written: an expression instead of a value that may be a secret; nothing where a secret may stand as it is. */
    private static String shown(Key key, Scalar scalar) {
        String text = scalar.text();
        return key.isSecret() || !HARMLESS.matcher(text).matches() ? "***" : text;
    }
}
