package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.violation.InvalidConfigException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The precedence: a component of the connection string, then what is written in the file, then the variable, then the default. Expands every
 * text of a file once, and reads every value that counts once, by its row. Not thread-safe.
 */
final class Settings implements Mistakes.Places {
    private final Sources sources;
    private final Substitution substitution;
    private final Mistakes mistakes;
    private final Map<Key, Setting> uri;
    private final Map<Key, Setting> written;
    private final Map<Key, Setting> environment;
    private final Map<Key, Setting> explicit = new EnumMap<>(Key.class);
    private final Map<Key, Object> values = new EnumMap<>(Key.class);

    Settings(Map<Key, Setting> uri, Sources sources, Substitution substitution, Mistakes mistakes) {
        this.sources = sources;
        this.substitution = substitution;
        this.mistakes = mistakes;
        this.uri = layer(uri);
        this.written = layer(sources.written());
        this.environment = layer(sources.environment());
        explicit.putAll(environment);
        explicit.putAll(written);
        explicit.putAll(this.uri);
        for (Map.Entry<Key, Setting> one : explicit.entrySet()) {
            Key key = one.getKey();
            Object value = key.isReadElsewhere ? null : key.read(one.getValue(), mistakes);
            if (value != null) {
                values.put(key, value);
            }
        }
    }

    /** What somebody wrote for the key, or null. */
    @Nullable
    Setting explicit(Key key) {
        return explicit.get(key);
    }

    /** What counts for the key, default included; null when nobody says anything. */
    @Nullable
    Setting get(Key key) {
        Setting found = explicit.get(key);
        return found != null || !hasDefault(key)
                ? found
                : new Setting(key, key.byDefault, key.byDefault, path(key), Setting.DEFAULT, Setting.Kind.CODE);
    }

    /** The value that somebody wrote, and that its row reads; null when there is none or it is wrong. */
    @Nullable
    Object read(Key key) {
        return values.get(key);
    }

    /** The value that counts, default included; the default in place of a wrong one; null when there is none. */
    @SuppressWarnings("unchecked")
    <T> @Nullable T value(Key key) {
        Object value = values.get(key);
        return (T) (value == null && hasDefault(key) ? key.usual : value);
    }

    /** What connection string or file say, the variable aside; null when they say nothing. */
    @Nullable
    Setting asked(Key key) {
        return uri.getOrDefault(key, written.get(key));
    }

    /** What the variable says, whether it counts or not; null when it is not set. */
    @Nullable
    Setting variable(Key key) {
        return environment.get(key);
    }

    @Override
    public String path(Key key) {
        Setting setting = explicit.get(key);
        return setting == null ? sources.pathOf(key.yamlName()) : setting.path();
    }

    @Override
    public String origin(Key key) {
        Setting setting = explicit.get(key);
        return setting == null ? Setting.DEFAULT : setting.origin();
    }

    /** A default counts as written: its own place is told, not that of what asks for the key. */
    @Override
    public Optional<String> written(Key key) {
        return explicit.containsKey(key) || hasDefault(key) ? Optional.of(origin(key)) : Optional.empty();
    }

    /** By key, where each value came from; in the order of the table. */
    Map<String, String> origins() {
        Map<String, String> origins = new LinkedHashMap<>();
        boolean isUnnamed = sources.isUnnamed();
        for (Key key : Key.ALL) {
            Setting setting = explicit.get(key);
            if (setting != null) {
                origins.put(key.yamlName, setting.origin());
            } else if (!key.byDefault.isEmpty() && (isUnnamed || !key.isUnnamedOnly)) {
                origins.put(key.yamlName, Setting.DEFAULT);
            }
        }
        return origins;
    }

    /** Gives a builder every value that is read by its row alone: TLS and logins are put together elsewhere. */
    void fill(DatabaseConfig.Builder builder) {
        boolean isUnnamed = sources.isUnnamed();
        for (Key key : Key.ALL) {
            Object value = values.get(key);
            value = value == null && key.isUnnamedOnly && isUnnamed ? key.usual : value;
            if (value != null && key.isOfBuilder) {
                builder.sectionOf(key).set(key, value);
            }
        }
    }

    /** Judges what lost to the connection string as well: it is wrong all the same, and counts once that is gone. One warning for each. */
    List<ConfigWarning> overridden() {
        List<ConfigWarning> warnings = new ArrayList<>();
        for (Setting winner : uri.values()) {
            Key key = winner.key();
            Setting loser = written.getOrDefault(key, environment.get(key));
            // A variable for sslmode is a floor, judged elsewhere.
            boolean floor = key == Key.SSLMODE && loser == environment.get(key);
            if (loser != null && !floor && !loser.text().equals(winner.text())) {
                if (key.type.javaType() != String.class) {
                    key.read(loser, mistakes);
                }
                warnings.add(loser.warning(
                        "OVERRIDDEN",
                        "is not used: the connection string (" + winner.origin() + ") says otherwise and wins",
                        "Keep one of them."));
            }
        }
        return warnings;
    }

    private boolean hasDefault(Key key) {
        return !key.byDefault.isEmpty() && (!key.isUnnamedOnly || sources.isUnnamed());
    }

    private Map<Key, Setting> layer(Map<Key, Setting> settings) {
        Map<Key, Setting> layer = new EnumMap<>(Key.class);
        for (Map.Entry<Key, Setting> written : settings.entrySet()) {
            Key key = written.getKey();
            Setting setting = written.getValue();
            boolean whole = key.isWhole() || setting.kind() != Setting.Kind.FILE;
            Setting expanded = whole ? setting : expanded(key, setting);
            if (expanded != null) {
                layer.put(key, expanded);
            }
        }
        return layer;
    }

    private @Nullable Setting expanded(Key key, Setting setting) {
        try {
            Naming naming = key.isPlaceOfSecret() ? Naming.NONE : Naming.ALL;
            String text = setting.expanded(substitution.naming(naming));
            // An expression that turned out empty leaves the key unset; an empty text that was written is a mistake.
            boolean unset = text.isEmpty() && !setting.text().isEmpty();
            return unset ? null : setting.with(text);
        } catch (InvalidConfigException e) {
            mistakes.add(key, e, setting.path(), setting.origin());
            return null;
        }
    }
}
