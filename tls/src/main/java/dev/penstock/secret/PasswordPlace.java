package dev.penstock.secret;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One place of a {@link PasswordSource}: it can be described without a look, and looked at. */
sealed interface PasswordPlace {
    /** A message says this for the place of a name that a program gave. */
    String PROGRAM = "the program";

    /** Names the place, never a value; a name that may itself be a secret is told by where it was written ({@link Disclosure}). */
    String describe(Map<String, String> environment);

    /** Returns the same place, whose name was written at {@code origin} and not in the program. */
    default PasswordPlace namedIn(String origin) {
        return this;
    }

    Finding look(Map<String, String> environment, FilePermissions permissions);

    /** The files this place reads under the given environment. */
    default List<Path> files(Map<String, String> environment) {
        return List.of();
    }

    /** A file, such as a Docker secret. */
    record InFile(Path path, String origin) implements PasswordPlace {
        InFile(Path path) {
            this(path, PROGRAM);
        }

        @Override
        public PasswordPlace namedIn(String place) {
            return new InFile(path, place);
        }

        @Override
        public String describe(Map<String, String> environment) {
            return Disclosure.isShown(path) ? "file " + path : "file named in " + origin;
        }

        @Override
        public Finding look(Map<String, String> environment, FilePermissions permissions) {
            Finding finding = SecretFile.read(path, permissions);
            return finding.outcome() == Finding.Outcome.ABSENT && !path.isAbsolute()
                    ? Finding.absent(finding.reason() + " in " + Path.of("").toAbsolutePath())
                    : finding;
        }

        @Override
        public List<Path> files(Map<String, String> environment) {
            return List.of(path);
        }
    }

    /**
     * A variable {@code X}, or the file named by {@code X_FILE} (the convention of the official Docker images: setting both
     * is an error). A value that is the absolute path of an existing file is read as that file, with a warning; a variable
     * whose own name ends in {@code _FILE} holds a path by its name.
     */
    record InVariable(String variable, String origin, Optional<Map<String, String>> bound) implements PasswordPlace {
        private static final String FILE_SUFFIX = "_FILE";

        /** @param bound where the variable stands instead of the environment that is looked into */
        InVariable(String variable, Optional<Map<String, String>> bound) {
            this(variable, PROGRAM, bound);
        }

        @Override
        public PasswordPlace namedIn(String place) {
            return new InVariable(variable, place, bound);
        }

        /** Prints no value. */
        @Override
        public String toString() {
            return "InVariable[" + origin + "]";
        }

        @Override
        public String describe(Map<String, String> looked) {
            Map<String, String> environment = bound.orElse(looked);
            boolean shown = origin.equals(PROGRAM)
                    ? Disclosure.isShownOfProgram(variable, environment)
                    : Disclosure.isShown(variable, environment);
            return shown ? "variable " + variable : "variable named in " + origin;
        }

        @Override
        public Finding look(Map<String, String> looked, FilePermissions permissions) {
            Map<String, String> environment = bound.orElse(looked);
            String value = value(environment, variable);
            String path = value(environment, variable + FILE_SUFFIX);
            if (!value.isEmpty() && !path.isEmpty()) {
                return Finding.broken("and " + variable + FILE_SUFFIX + " are both set; keep one");
            }
            if (!path.isEmpty()) {
                return readNamed(variable + FILE_SUFFIX, path, permissions);
            }
            if (value.isEmpty()) {
                return Finding.absent(environment.containsKey(variable) ? "is empty" : "is not set");
            }
            return variable.endsWith(FILE_SUFFIX)
                    ? readNamed(variable, value, permissions)
                    : readValue(value, permissions);
        }

        private Finding readValue(String value, FilePermissions permissions) {
            if (isExistingFile(value)) {
                return SecretFile.read(Path.of(value), permissions)
                        .warn(
                                "variable " + variable,
                                "holds the path of a file and was read as that file; rename it to " + variable
                                        + FILE_SUFFIX);
            }
            return value.isBlank() ? Finding.absent("is blank") : SecretFile.line(value);
        }

        private static String value(Map<String, String> environment, String name) {
            return Secret.withoutLineEnd(environment.getOrDefault(name, ""));
        }

        /** A named file that is missing is broken, not absent: the operator said it is there. */
        private static Finding readNamed(String variable, String path, FilePermissions permissions) {
            try {
                Finding finding = SecretFile.read(Path.of(path), permissions);
                return finding.outcome() == Finding.Outcome.FOUND
                        ? finding
                        : Finding.broken("leads by " + variable + " to a file that " + finding.reason());
            } catch (InvalidPathException notAPath) {
                return Finding.broken("leads by " + variable + " to something that is not a path");
            }
        }

        @Override
        public List<Path> files(Map<String, String> looked) {
            Map<String, String> environment = bound.orElse(looked);
            String value = value(environment, variable);
            String path = value(environment, variable + FILE_SUFFIX);
            String candidate = path.isEmpty() ? value : path;
            return !path.isEmpty() || variable.endsWith(FILE_SUFFIX) || isExistingFile(value)
                    ? toPath(candidate)
                    : List.of();
        }

        private static List<Path> toPath(String text) {
            try {
                return text.isEmpty() ? List.of() : List.of(Path.of(text));
            } catch (InvalidPathException notAPath) {
                return List.of();
            }
        }

        private static boolean isExistingFile(String value) {
            List<Path> path = toPath(value);
            return !path.isEmpty() && path.get(0).isAbsolute() && Files.isRegularFile(path.get(0));
        }
    }

    /** Code of the application, such as a Vault client. */
    record FromProvider(String name, Supplier<Credentials> supplier) implements PasswordPlace {
        @Override
        public String describe(Map<String, String> environment) {
            return "provider " + name;
        }

        @Override
        public Finding look(Map<String, String> environment, FilePermissions permissions) {
            try {
                Credentials credentials = supplier.get();
                return credentials == null ? Finding.broken("returned null") : Finding.found(line(credentials));
            } catch (VirtualMachineError fatal) {
                throw fatal;
            } catch (Throwable failed) {
                // Checked exceptions too: lambdas of other languages, and Lombok's, throw them undeclared.
                if (failed instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                return Finding.failed("threw " + failed.getClass().getName(), Disclosure.withoutTexts(failed));
            }
        }

        /** A password that a provider reads may end like a line of a file. It may be empty, for logins that need none. */
        private static Credentials line(Credentials credentials) {
            String text = credentials.password().reveal();
            return new Credentials(credentials.user(), Secret.of(Secret.withoutLineEnd(text)));
        }
    }

    /** A value in the program or the configuration file. */
    record Literal(Secret secret) implements PasswordPlace {
        @Override
        public String describe(Map<String, String> environment) {
            return "literal";
        }

        @Override
        public Finding look(Map<String, String> environment, FilePermissions permissions) {
            return Finding.found(new Credentials(null, secret));
        }
    }
}
