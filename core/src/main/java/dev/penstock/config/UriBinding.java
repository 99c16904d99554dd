package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds and reads the connection strings of one database, and holds the replicas to what the primary's says. */
final class UriBinding {
    /** Where another connection string begins in a list: a comma before a scheme, for hosts are separated by commas too. */
    private static final Pattern NEXT = Pattern.compile(",(?=\\s*(?:jdbc:)?postgres(?:ql)?(?:\\+[A-Za-z0-9_]+)?://)");

    /** What a replica may have of its own. */
    private static final Set<Key> OWN = EnumSet.of(Key.USER);

    private final Sources sources;
    private final Substitution substitution;
    private final Mistakes mistakes;

    UriBinding(Sources sources, Substitution substitution, Mistakes mistakes) {
        this.sources = sources;
        this.substitution = substitution;
        this.mistakes = mistakes;
    }

    /** The primary's; null when it is missing or wrong, which is told. */
    @Nullable
    ConnectionUri primary(Map<String, String> environment) {
        Setting scalar = scalar(Key.URL);
        UriText text = scalar == null ? null : read(scalar);
        if (scalar != null && text == null) {
            return null;
        }
        if (scalar == null || text == null || text.isEmpty()) {
            missing(scalar, environment);
            return null;
        }
        return parsed(scalar, text);
    }

    private @Nullable ConnectionUri parsed(Setting scalar, UriText text) {
        try {
            return ConnectionUri.parse(scalar, text, substitution);
        } catch (InvalidConfigException e) {
            mistakes.add(scalar.key(), e, scalar.path(), scalar.origin());
            return null;
        }
    }

    /** The replicas' that could be read. */
    List<ReplicaUri> replicas() {
        Setting scalar = scalar(Key.REPLICA_URL);
        if (scalar == null) {
            return List.of();
        }
        List<UriText> texts = scalar.text()
                .lines()
                .map(line -> read(scalar.with(line)))
                .filter(Objects::nonNull)
                .filter(text -> !text.isEmpty())
                .flatMap(text -> split(text, scalar.origin()).stream())
                .toList();
        List<ReplicaUri> replicas = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String path = texts.size() == 1 ? scalar.path() : scalar.path() + "[" + i + "]";
            ConnectionUri uri =
                    parsed(Setting.of(Key.REPLICA_URL, "", path, scalar.origin(), scalar.kind()), texts.get(i));
            if (uri != null) {
                replicas.add(new ReplicaUri(uri, path, scalar.origin()));
            }
        }
        return replicas;
    }

    /** Another database, schema or TLS mode than the primary's is a mistake, not a choice. */
    void compare(List<ReplicaUri> replicas, Settings primary) {
        for (ReplicaUri replica : replicas) {
            replica.uri().keys().forEach((key, scalar) -> {
                Setting effective = primary.get(key);
                boolean same = effective != null && effective.text().equals(scalar.text());
                if (!same && !OWN.contains(key)) {
                    mistakes.add(
                            Key.REPLICA_URL,
                            new Violation(
                                    scalar.path(),
                                    "REPLICA_DIFFERS",
                                    "",
                                    effective == null
                                            ? "must be left out: the primary's connection string has none"
                                            : "must be the same as the primary's, from " + effective.origin(),
                                    scalar.origin(),
                                    "A replica has its own host, port, user and password; the rest belongs to the"
                                            + " database."));
                }
            });
        }
    }

    private @Nullable UriText read(Setting scalar) {
        try {
            return UriText.of(scalar, substitution);
        } catch (InvalidConfigException e) {
            mistakes.add(scalar.key(), e, scalar.path(), scalar.origin());
            return null;
        }
    }

    private @Nullable Setting scalar(Key key) {
        Setting written = sources.written().get(key);
        return written == null ? sources.environment().get(key) : written;
    }

    private void missing(@Nullable Setting scalar, Map<String, String> environment) {
        String remedy = sources.isUnnamed()
                ? UnreadVariables.insteadOf(Key.URL.variables.get(0), sources, environment)
                        .map(set -> set + " is set, and nothing reads it: call it DATABASE_URL.")
                        .orElse("Set DATABASE_URL=postgresql://user@host:5432/database, or url in the file.")
                : "Set url: postgresql://user@host:5432/database.";
        mistakes.add(
                Key.URL,
                new Violation(
                        sources.pathOf(Key.URL.yamlName()),
                        "REQUIRED",
                        "",
                        "must be set",
                        scalar == null ? Setting.DEFAULT : scalar.origin(),
                        remedy));
    }

    private List<UriText> split(UriText text, String origin) {
        try {
            Matcher matcher = NEXT.matcher(Substitution.mask(text.text(), text.syntax()));
            List<UriText> parts = new ArrayList<>();
            int from = 0;
            while (matcher.find()) {
                parts.add(text.part(from, matcher.start()));
                from = matcher.end();
            }
            parts.add(text.part(from, text.text().length()));
            return parts;
        } catch (InvalidConfigException e) {
            mistakes.add(Key.REPLICA_URL, e, sources.pathOf(Key.REPLICA_URL.yamlName()), origin);
            return List.of();
        }
    }

    /** A connection string in two variables that disagree: none of them can be the one that was meant. */
    void refuseTwoPrimaries(Map<String, String> environment) {
        String one = environment.getOrDefault("DATABASE_URL", "");
        String other = environment.getOrDefault("DATABASE_MASTER_URL", "");
        Setting used = scalar(Key.URL);
        boolean fromVariable = used != null && used.kind() == Setting.Kind.VARIABLE;
        if (fromVariable && !one.isBlank() && !other.isBlank() && !one.equals(other)) {
            mistakes.add(
                    Key.URL,
                    new Violation(
                            sources.pathOf(Key.URL.yamlName()),
                            "URL_TWICE",
                            "***",
                            "has two values: DATABASE_URL and DATABASE_MASTER_URL differ",
                            "DATABASE_MASTER_URL",
                            "Unset one of them."));
        }
    }
}
