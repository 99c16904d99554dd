package dev.penstock.config;

import dev.penstock.secret.Disclosure;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.violation.Violation;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Password sources for variables. A variable of the process stays a variable; one that only the given environment has,
 * such as a line of a {@code .env} file, is bound here, because a {@link PasswordSource} looks into the process.
 */
final class SecretVariables {
    private static final String FILE_SUFFIX = "_FILE";

    private final Map<String, String> environment;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings;

    SecretVariables(Map<String, String> environment, Mistakes mistakes, List<ConfigWarning> warnings) {
        this.environment = environment;
        this.mistakes = mistakes;
        this.warnings = warnings;
    }

    boolean isPresent(String variable) {
        return !value(variable).isBlank() || !value(variable + FILE_SUFFIX).isBlank();
    }

    boolean isSet(String variable) {
        return Disclosure.isShown(variable, environment);
    }

    /** The variable, or the file that it or its {@code _FILE} sibling names. */
    PasswordSource source(String variable, String path) {
        if (!value(variable).isEmpty() && !value(variable + FILE_SUFFIX).isEmpty()) {
            mistakes.add(
                    Key.PASSWORD,
                    new Violation(
                            path,
                            "PASSWORD_TWICE",
                            "",
                            "has two values: " + variable + " and " + variable + FILE_SUFFIX + " are both set",
                            variable,
                            "Keep one of them."));
        }
        warnOfPath(variable, path);
        return isOfTheProcess(variable) ? PasswordSource.env(variable) : PasswordSource.env(variable, environment);
    }

    /** As {@link #source}, for a variable that a connection string needs to be set. */
    PasswordSource required(String variable, String path, String origin) {
        if (environment.get(variable) == null && value(variable + FILE_SUFFIX).isBlank()) {
            mistakes.add(
                    Key.PASSWORD,
                    new Violation(
                            path,
                            "UNSET_VARIABLE",
                            "",
                            "needs the variable that stands for its password, which is not set",
                            origin,
                            "Set it, or the variable of its name with " + FILE_SUFFIX
                                    + ", or take the password out of the connection string and use"
                                    + " user_pw_file_path."));
        }
        return source(variable, path).namedIn("the connection string (" + origin + ")");
    }

    /** A password that stands in the connection string itself. */
    PasswordSource value(UriPassword password, String origin) {
        Secret secret = Objects.requireNonNull(password.value(), "value");
        return password.literal()
                ? PasswordSource.literal(secret.reveal())
                : PasswordSource.provider("password in " + origin, () -> secret);
    }

    private boolean isOfTheProcess(String variable) {
        return value(variable).equals(valueInProcess(variable))
                && value(variable + FILE_SUFFIX).equals(valueInProcess(variable + FILE_SUFFIX));
    }

    private static String valueInProcess(String variable) {
        return Secret.withoutLineEnd(Objects.requireNonNullElse(System.getenv(variable), ""));
    }

    /** The same name is used for a password and for its path in many a stack. */
    private void warnOfPath(String variable, String path) {
        String value = value(variable);
        if (variable.endsWith(FILE_SUFFIX) || !value.startsWith("/")) {
            return;
        }
        boolean secretMount = value.startsWith("/run/secrets/") || value.startsWith("/var/run/secrets/");
        if (isExistingFile(value) || secretMount) {
            String found = isExistingFile(value) ? "and is read as that file" : "which does not exist";
            warnings.add(new ConfigWarning(
                    path,
                    "PATH_IN_VARIABLE",
                    "names " + variable + ", which holds the path of a file, " + found,
                    variable,
                    "Name the variable " + variable + FILE_SUFFIX + ", or use user_pw_file_path."));
        }
    }

    private String value(String variable) {
        return environment.getOrDefault(variable, "");
    }

    private static boolean isExistingFile(String value) {
        Path path = value.startsWith("/") ? path(value) : null;
        return path != null && Files.isRegularFile(path);
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException notAPath) {
            return null;
        }
    }
}
