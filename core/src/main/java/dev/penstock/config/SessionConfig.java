package dev.penstock.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What every session starts with. Immutable.
 *
 * @param schema the schema that unqualified names are looked up in; {@code null} when the server decides
 * @param settings server settings by name, in the order written; those that Penstock sets itself are refused
 */
public record SessionConfig(@Nullable String schema, Map<String, String> settings) {

    /** @throws InvalidConfigException when the schema is blank or a setting is one that Penstock sets itself */
    public SessionConfig(@Nullable String schema, Map<String, String> settings) {
        this.schema = schema;
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        if (schema != null && schema.isBlank()) {
            throw new InvalidConfigException(new Violation(
                    "schema", "BLANK", "", "must not be blank", Violation.IN_CODE, "Leave it out, or name a schema."));
        }
        SessionOptions.check(this.settings);
    }

    /** No schema and no settings. */
    public static SessionConfig defaults() {
        return new SessionConfig(null, Map.of());
    }

    /** The settings as a startup packet carries them: {@code -c name=value -c …}; empty for none. */
    public String startupOptions() {
        return settings.entrySet().stream()
                .map(setting -> "-c " + SessionOptions.escaped(setting.getKey() + "=" + setting.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** Names only: a setting of one's own may hold anything. */
    @Override
    public String toString() {
        return "SessionConfig[schema=" + schema + ", settings=" + settings.keySet() + "]";
    }
}
