package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.PGProperty;
import org.postgresql.util.DriverInfo;

/** The pgjdbc that runs, which need not be the one we were built with: frameworks manage their own version. */
public final class DriverVersion {
    /** The first release with the security fixes of 2026: 42.7.12 has those of channel binding, and 42.7.14 a {@code requireAuth} that holds. */
    private static final String SECURE = "42.7.14";

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

    private DriverVersion() {}

    /** What to tell the operator about the running driver; empty when there is nothing to tell. */
    public static Optional<String> warning() {
        return warning(running());
    }

    /**
     * What the running driver is too old for: one that cannot be told which logins to accept ({@code requireAuth}, since 42.7.11) would take
     * any, and properties that it does not know it would pass over in silence.
     */
    public static List<Violation> refusals(DatabaseConfig config) {
        return Stream.concat(refusal(running(), PGProperty.forName("requireAuth") != null).stream(), unknown(config))
                .toList();
    }

    private static Stream<Violation> unknown(DatabaseConfig config) {
        return config.driverProperties().keySet().stream()
                .filter(name -> PGProperty.forName(name) == null)
                .map(name -> new Violation(
                        "driver." + name,
                        "DRIVER_TOO_OLD",
                        running(),
                        "needs a newer driver: pgjdbc " + running() + " does not know it",
                        config.provenance().originOf("driver." + name),
                        "Use pgjdbc " + SECURE + " or newer (in Spring Boot set postgresql.version), or take it out."));
    }

    static Optional<Violation> refusal(String version, boolean knowsRequireAuth) {
        return knowsRequireAuth
                ? Optional.empty()
                : Optional.of(new Violation(
                        "require_auth",
                        "DRIVER_TOO_OLD",
                        version,
                        "needs a driver that enforces it, and pgjdbc " + version
                                + " accepts any login that a server asks for",
                        "class path",
                        "Use pgjdbc " + SECURE + " or newer (in Spring Boot set postgresql.version)."));
    }

    static Optional<String> warning(String version) {
        return number(version) >= number(SECURE)
                ? Optional.empty()
                : Optional.of("pgjdbc " + version + " lacks security fixes: use " + SECURE
                        + " or newer (in Spring Boot set postgresql.version)");
    }

    /** Asked by reflection: the compiler would copy the constant of the version that we were built with. */
    public static String running() {
        try {
            return String.valueOf(DriverInfo.class.getField("DRIVER_VERSION").get(null));
        } catch (ReflectiveOperationException unknown) {
            ConnectLog.LOG.debug("The driver does not tell its version", unknown);
            return "of an unknown version";
        }
    }

    /** Three numbers as one that compares; 0 when there are none. */
    private static long number(String version) {
        Matcher matcher = NUMBERS.matcher(version);
        if (!matcher.find()) {
            return 0;
        }
        MatchResult parts = matcher.toMatchResult();
        return (Long.parseLong(parts.group(1)) * 1000 + Long.parseLong(parts.group(2))) * 1000
                + Long.parseLong(parts.group(3));
    }
}
