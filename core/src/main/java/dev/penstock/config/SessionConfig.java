package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What every session starts with. Immutable.
 *
 * @param schema the schema that unqualified names are looked up in, as written, or several separated by commas; {@code null} when the
 *     server decides. See {@link #schemas()}
 * @param settings server settings by name, in the order written; those that Penstock sets itself are refused
 * @param hygiene when a session is reset before the next borrower gets it; {@link Hygiene#TAINTED} by default
 * @param pooler what stands in between; {@link Pooler#NONE} by default
 * @param errorDetail how much of a server's error stands in an exception's text; {@code null} leaves it to the environment mode, see
 *     {@link DatabaseConfig#errorDetail()}
 */
public record SessionConfig(
        @Nullable String schema,
        Map<String, String> settings,
        Hygiene hygiene,
        Pooler pooler,
        @Nullable ErrorDetail errorDetail) {

    /**
     * @throws InvalidConfigException when the schema is blank, no list of names, or holds control characters, a setting is one that Penstock sets
     *     itself or cannot be sent, or the pooler would not carry what is asked for
     */
    public SessionConfig(
            @Nullable String schema,
            Map<String, String> settings,
            Hygiene hygiene,
            Pooler pooler,
            @Nullable ErrorDetail errorDetail) {
        this.errorDetail = errorDetail;
        this.schema = schema;
        this.hygiene = Objects.requireNonNull(hygiene, "hygiene");
        this.pooler = Objects.requireNonNull(pooler, "pooler");
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        Mistakes mistakes = new Mistakes();
        mistakes.gather(this::refuseNoNames);
        mistakes.gather(() -> SessionOptions.check(this.settings));
        mistakes.gather(this::refuseWhatLivesInASession);
        mistakes.throwIfAny();
    }

    /** With the environment mode's error detail. */
    public SessionConfig(@Nullable String schema, Map<String, String> settings, Hygiene hygiene, Pooler pooler) {
        this(schema, settings, hygiene, pooler, null);
    }

    /** With nothing in between, and sessions reset when they need it. */
    public SessionConfig(@Nullable String schema, Map<String, String> settings) {
        this(schema, settings, Hygiene.TAINTED, Pooler.NONE);
    }

    /** No schema and no settings. */
    public static SessionConfig defaults() {
        return new SessionConfig(null, Map.of());
    }

    private void refuseNoNames() {
        if (schema != null && schema.isBlank()) {
            throw new InvalidConfigException(new Violation(
                    "schema", "BLANK", "", "must not be blank", Violation.IN_CODE, "Leave it out, or name a schema."));
        }
        if (schema != null && !ConstraintRules.isPrintable(schema)) {
            throw new InvalidConfigException(new Violation(
                    "schema",
                    Printable.CODE,
                    "",
                    Printable.MESSAGE,
                    Violation.IN_CODE,
                    "Write the schema's name as the server shows it."));
        }
        schemas();
    }

    /** The next transaction may run in another session, which never heard of any of this. */
    private void refuseWhatLivesInASession() {
        if (pooler != Pooler.TRANSACTION) {
            return;
        }
        List<Violation> lost = new ArrayList<>();
        if (schema != null && !schema.isBlank()) {
            lost.add(contradicts("schema", "Set it for the role: ALTER ROLE … SET search_path = …."));
        }
        if (!settings.isEmpty()) {
            lost.add(contradicts("settings", "Set them for the role: ALTER ROLE … SET name = value."));
        }
        if (hygiene == Hygiene.ALWAYS) {
            lost.add(contradicts("hygiene", "Leave it out: the pooler gives out another session each time."));
        }
        if (!lost.isEmpty()) {
            throw new InvalidConfigException(lost);
        }
    }

    private static Violation contradicts(String component, String remedy) {
        return new Violation(
                component,
                "POOLER",
                "",
                "does not reach the server through a pooler that gives sessions for one transaction only",
                Violation.IN_CODE,
                remedy);
    }

    /**
     * The names in {@code schema}, in order. Each is taken as it is written: {@code Shop} is not {@code shop}, as it would be in SQL without
     * quotes. A name with a comma in it stands between double quotes. Empty when the server decides.
     */
    public List<String> schemas() {
        return schema == null ? List.of() : SearchPath.names(schema);
    }

    /** The value of the setting {@code search_path}, each name in quotes that needs them; {@code null} when the server decides. */
    public @Nullable String searchPath() {
        return schema == null ? null : SearchPath.quoted(schemas());
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
        return "SessionConfig[schema=" + schema + ", settings=" + settings.keySet() + ", hygiene=" + hygiene
                + ", pooler=" + pooler + ", errorDetail=" + errorDetail + "]";
    }
}
