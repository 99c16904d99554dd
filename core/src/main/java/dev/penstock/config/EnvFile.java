package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.config.Substitution.Syntax;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code .env} file, read on request only and as Docker Compose reads it; the real environment wins over it.
 *
 * <p>A statement is {@code NAME=value} or {@code NAME: value}, with an optional {@code export} before it; a name alone takes the variable of the
 * process, and comments begin with {@code #} on a line of their own, after a blank behind a value, or behind a quoted one. A value in quotes may go
 * over several lines; in single quotes only <code>\'</code> is an escape, in double quotes those of a shell are. Values that are not in single quotes
 * are expanded, with the process's variables and the file's earlier ones.
 *
 * <p>Two things differ. An expression in a connection string stays, because its reader expands it component by component, where a password needs no
 * percent-encoding. And a value that names a variable without value and default is never expanded to a piece of itself: of one of Penstock's own
 * variables it is a mistake, and a variable of another program is left out. {@code docs/configuration.md} has the table.
 */
public final class EnvFile {
    private static final Set<String> OWN = Key.OWN_VARIABLES;
    private static final Pattern CONNECTION_STRING = Pattern.compile("(?:jdbc:)?postgres(?:ql)?(?:\\+\\w+)?://.*");
    private static final Pattern BARE = Pattern.compile("\\$\\$|\\$([A-Za-z_][A-Za-z0-9_]*)");

    private EnvFile() {}

    /**
     * The environment of the process, completed from the file.
     *
     * @throws InvalidConfigException when the file cannot be read or has statements that Compose would not read
     */
    public static Map<String, String> read(Path file) {
        return read(file, System.getenv());
    }

    /**
     * The given environment, completed from the file.
     *
     * @throws InvalidConfigException when the file cannot be read or has statements that Compose would not read
     */
    public static Map<String, String> read(Path file, Map<String, String> environment) {
        return parse(TextFile.read(file, why -> unreadable(file, why)), fileName(file), environment);
    }

    static Map<String, String> parse(String text, String label, Map<String, String> environment) {
        Map<String, String> merged = new HashMap<>(environment);
        Mistakes mistakes = new Mistakes();
        EnvStatements statements = new EnvStatements(text);
        while (statements.hasNext()) {
            String origin = label + ":" + statements.line();
            try {
                EnvStatements.Statement statement = statements.next();
                if (statement != null && !environment.containsKey(statement.name())) {
                    put(statement, merged, mistakes, origin);
                }
            } catch (InvalidConfigException e) {
                mistakes.add(e, "envFile", origin);
            }
        }
        mistakes.throwIfAny();
        return Map.copyOf(merged);
    }

    private static void put(
            EnvStatements.Statement statement, Map<String, String> merged, Mistakes mistakes, String origin) {
        try {
            String value = statement.literal() ? statement.value() : expanded(statement, merged);
            merged.put(statement.name(), value);
        } catch (InvalidConfigException e) {
            if (OWN.contains(statement.name()) || statement.name().startsWith(DriverProperty.VARIABLE_PREFIX)) {
                mistakes.add(e, "envFile", origin);
            } else {
                merged.remove(statement.name());
            }
        }
    }

    private static String expanded(EnvStatements.Statement statement, Map<String, String> merged) {
        String value = statement.value();
        boolean uri = CONNECTION_STRING.matcher(value).matches();
        if (value.indexOf('$') < 0) {
            return value;
        }
        return uri || isConnectionString(statement.name())
                ? BARE.matcher(value).replaceAll(found -> braced(found.group(1), uri))
                : new Substitution(merged).naming(Naming.NONE).expand(value, Syntax.ENV_FILE);
    }

    /** Writes it so that the reader of a connection string takes it for the same: a bare {@code $} is literal there. */
    private static String braced(String variable, boolean uri) {
        String dollar = uri ? "%24" : "$";
        return Matcher.quoteReplacement(variable == null ? dollar : "${" + variable + "}");
    }

    private static boolean isConnectionString(String name) {
        return Stream.of(Key.URL, Key.REPLICA_URL).anyMatch(key -> key.variables.contains(name));
    }

    private static String fileName(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    private static InvalidConfigException unreadable(Path file, String why) {
        return new InvalidConfigException(new Violation(
                "envFile", "ENV_FILE", TextFile.shown(file), why, TextFile.shown(file), "Name an existing .env file."));
    }
}
