package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every session starts with. Immutable, equal by value; prints the names of its settings alone. */
public final class SessionConfig extends Section {
    SessionConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section with every value at its default: no schema and no settings. */
    public static SessionConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /**
     * Returns the schema that unqualified names are looked up in, as written, or several separated by commas; {@code null} when the server decides. See
     * {@link #schemas()}.
     */
    public @Nullable String schema() {
        return optional(Key.SCHEMA);
    }

    /** Returns server settings by name, in the order written; those that Penstock sets itself are refused. */
    public Map<String, String> settings() {
        return value(Key.OPTIONS);
    }

    /** Returns when a session is reset before the next borrower gets it; {@link Hygiene#TAINTED} by default. */
    public Hygiene hygiene() {
        return value(Key.HYGIENE);
    }

    /** Returns what stands in between; {@link Pooler#NONE} by default. */
    public Pooler pooler() {
        return value(Key.POOLER);
    }

    /**
     * Returns how much of a server's error stands in an exception's text; {@code null} leaves it to the environment mode, see
     * {@link DatabaseConfig#errorDetail()}.
     */
    public @Nullable ErrorDetail errorDetail() {
        return optional(Key.ERROR_DETAIL);
    }

    /**
     * Returns the names in {@code schema}, in order. Each is taken as it is written: {@code Shop} is not {@code shop}, as it would be in SQL without
     * quotes. A name with a comma in it stands between double quotes. Empty when the server decides.
     */
    public List<String> schemas() {
        String schema = schema();
        return schema == null ? List.of() : SearchPath.names(schema);
    }

    /** Returns the value of the setting {@code search_path}, each name in quotes that needs them; {@code null} when the server decides. */
    public @Nullable String searchPath() {
        return schema() == null ? null : SearchPath.quoted(schemas());
    }

    /** Returns the settings as a startup packet carries them: {@code -c name=value -c …}; empty for none. */
    public String startupOptions() {
        return settings().entrySet().stream()
                .map(setting -> "-c " + SessionOptions.escaped(setting.getKey() + "=" + setting.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** Refuses what lives in a session: the next transaction may run in another one, which never heard of any of it. */
    @Override
    void rules(Mistakes mistakes) {
        if (pooler() != Pooler.TRANSACTION) {
            return;
        }
        if (schema() != null && !mistakes.has(Key.SCHEMA)) {
            lost(mistakes, Key.SCHEMA, "Set it for the role: ALTER ROLE … SET search_path = ….");
        }
        if (!settings().isEmpty()) {
            lost(mistakes, Key.OPTIONS, "Set them for the role: ALTER ROLE … SET name = value.");
        }
        if (hygiene() == Hygiene.ALWAYS) {
            lost(mistakes, Key.HYGIENE, "Leave it out: the pooler gives out another session each time.");
        }
    }

    private static void lost(Mistakes mistakes, Key key, String remedy) {
        mistakes.add(
                key,
                "POOLER",
                "",
                "does not reach the server through a pooler that gives sessions for one transaction only",
                remedy);
    }

    /** Collects the values of a {@link SessionConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("session");
        }

        /** Sets {@link SessionConfig#schema()}. */
        public Builder schema(@Nullable String names) {
            return leave(Key.SCHEMA, names);
        }

        /** Sets {@link SessionConfig#settings()}. */
        public Builder settings(Map<String, String> byName) {
            return set(Key.OPTIONS, byName == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(byName)));
        }

        /** Sets {@link SessionConfig#hygiene()}. */
        public Builder hygiene(Hygiene when) {
            return set(Key.HYGIENE, when);
        }

        /** Sets {@link SessionConfig#pooler()}. */
        public Builder pooler(Pooler between) {
            return set(Key.POOLER, between);
        }

        /** Sets {@link SessionConfig#errorDetail()}. */
        public Builder errorDetail(@Nullable ErrorDetail detail) {
            return leave(Key.ERROR_DETAIL, detail);
        }

        /**
         * @throws InvalidConfigException when the schema is blank, no list of names, or holds control characters, a setting is one that Penstock sets
         *     itself or cannot be sent, or the pooler would not carry what is asked for
         */
        public SessionConfig build() {
            return judged(new SessionConfig(this));
        }
    }
}
