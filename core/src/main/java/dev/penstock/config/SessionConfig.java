package dev.penstock.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What every session starts with, and how it is treated when it comes back. Immutable.
 *
 * @param schema the schema that unqualified names are looked up in; {@code null} when the server decides
 * @param settings server settings by name, in the order written; those that Penstock sets itself are refused
 * @param pooler what stands between here and the server
 * @param hygiene which connections are reset when they come back
 */
public record SessionConfig(@Nullable String schema, Map<String, String> settings, Pooler pooler, Hygiene hygiene) {

    /** @throws InvalidConfigException when the schema is blank or a setting is one that Penstock sets itself */
    public SessionConfig(@Nullable String schema, Map<String, String> settings, Pooler pooler, Hygiene hygiene) {
        this.schema = schema;
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        this.pooler = Objects.requireNonNull(pooler, "pooler");
        this.hygiene = Objects.requireNonNull(hygiene, "hygiene");
        if (schema != null && schema.isBlank()) {
            throw new InvalidConfigException(new Violation(
                    "schema", "BLANK", "", "must not be blank", Violation.IN_CODE, "Leave it out, or name a schema."));
        }
        SessionOptions.check(this.settings);
    }

    /** No schema, no settings, no pooler; tainted connections are reset. */
    public static SessionConfig defaults() {
        return new SessionConfig(null, Map.of(), Pooler.NONE, Hygiene.TAINTED);
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
        return "SessionConfig[schema=" + schema + ", settings=" + settings.keySet() + ", pooler=" + pooler
                + ", hygiene=" + hygiene + "]";
    }
}
