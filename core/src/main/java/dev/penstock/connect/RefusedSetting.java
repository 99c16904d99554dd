package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The setting of a startup packet that a server does not take, found by its name in what the server said: no language translates it. Immutable.
 *
 * @param name as sessions send it; {@code role} for the owner's role
 * @param remedy where it comes from and what to do there
 */
record RefusedSetting(String name, String remedy) {
    /** With the session's packet, and none of an application's: the driver or Penstock sends them, and no PostgreSQL refuses them. */
    private static final String OURS = "Penstock itself sends it: look whether it is PostgreSQL that answers.";

    /** Of several that are named, the first one: a value may hold the name of another. Empty when none of what is sent is named. */
    static Optional<RefusedSetting> in(String said, DatabaseConfig config) {
        return candidates(config).entrySet().stream()
                .filter(candidate -> place(said, candidate.getKey()) >= 0)
                .min(Comparator.comparingInt(candidate -> place(said, candidate.getKey())))
                .map(candidate -> new RefusedSetting(candidate.getKey(), candidate.getValue()))
                .or(() -> owner(said, config));
    }

    private static Map<String, String> candidates(DatabaseConfig config) {
        String origin = config.origins().get("options");
        String options = "Correct it in options" + (origin == null ? "" : " (" + origin + ")") + ", or leave it out.";
        Map<String, String> candidates = new LinkedHashMap<>();
        for (String ours : new String[] {
            "DateStyle",
            "client_encoding",
            "extra_float_digits",
            "application_name",
            "search_path",
            "statement_timeout",
            "default_transaction_read_only"
        }) {
            candidates.put(ours, OURS);
        }
        candidates.put(
                "TimeZone",
                "The driver sends the time zone of the JVM: start it with one that the server knows (pg_timezone_names), such as"
                        + " -Duser.timezone=UTC.");
        config.session().settings().keySet().forEach(name -> candidates.put(name, options));
        return candidates;
    }

    /** The server names the role, and not the setting that holds it. */
    private static Optional<RefusedSetting> owner(String said, DatabaseConfig config) {
        String owner = config.roles().ownerUser();
        if (owner == null || place(said, owner) < 0) {
            return Optional.empty();
        }
        Login migration = config.roles().migration();
        return Optional.of(new RefusedSetting(
                "role",
                "Correct owner_user, or create the role and let the login take it: GRANT \"" + owner + "\" TO "
                        + (migration == null ? "the role that logs in." : "\"" + migration.user() + "\".")));
    }

    /** Where a name stands by itself, in whatever case; negative when it does not. */
    private static int place(String said, String name) {
        Matcher matcher = Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "(?![\\w.])", Pattern.CASE_INSENSITIVE)
                .matcher(said);
        return matcher.find() ? matcher.start() : -1;
    }

    /** Whether SQLSTATE and routine leave it open that a setting is refused: 42501 is also said of the database. */
    static boolean isConceivable(String state, @Nullable String routine) {
        return switch (state) {
            case "42704", "22023", "42601", "42602", "55P02" -> true;
            case "42501" -> !"CheckMyDatabase".equals(routine);
            default -> false;
        };
    }
}
