package dev.penstock.secret;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule about what a message may show of a place that a secret is read from. The value of such a place is sometimes the secret itself: a
 * password where the name of its variable belongs, a private key where a path belongs. It is therefore shown only when it cannot be one; else the
 * message says where it was written, and neither the value nor its length.
 */
public final class Disclosure {
    /** Programs write the name of a variable like this: words in capital letters, with digits at the end of a word only. */
    private static final Pattern CONSTANT = Pattern.compile("[A-Z]{1,30}[0-9]?(?:_[A-Z]{0,30}[0-9]{0,2}){0,10}");

    private static final int MAX_DEPTH = 8;

    private Disclosure() {}

    /**
     * Tells whether a message may show this path: something exists there, or its directory does, is named absolutely and is not the root. A bare name
     * and a relative path that lead nowhere are not shown. A path below a mount for secrets is, mounted or not: no secret looks like one.
     */
    public static boolean isShown(Path path) {
        if (FileExposure.SECRET_MOUNTS.stream().anyMatch(path::startsWith) || Files.exists(path)) {
            return true;
        }
        Path directory = path.isAbsolute() ? path.getParent() : null;
        return directory != null && directory.getParent() != null && Files.isDirectory(directory);
    }

    /**
     * Tells whether a message may show this name of a variable that a configuration gives: it is set, or the variable of the same name with
     * {@code _FILE} is.
     */
    public static boolean isShown(String variable, Map<String, String> environment) {
        return environment.containsKey(variable) || environment.containsKey(variable + "_FILE");
    }

    /** Tells the same of a name that a program gives: in a program, a word that is written like the name of a variable is one. */
    static boolean isShownOfProgram(String variable, Map<String, String> environment) {
        return isShown(variable, environment) || CONSTANT.matcher(variable).matches();
    }

    /**
     * The failure with its causes, suppressed ones and stack traces, and with the names of their types for messages: of code that was given a secret,
     * or of a library that quotes what it was to read, every text may hold it.
     */
    public static Throwable withoutTexts(Throwable failure) {
        return Textless.of(failure, MAX_DEPTH);
    }

    /** Prints as the name of the type it stands for. */
    private static final class Textless extends Exception {
        private static final long serialVersionUID = 1L;

        private final String type;

        private Textless(Throwable original, @Nullable Throwable cause) {
            super(null, cause);
            this.type = original.getClass().getName();
            setStackTrace(original.getStackTrace());
        }

        /** @param depth ends a chain of causes that leads back to itself */
        static Throwable of(Throwable original, int depth) {
            Throwable cause = depth == 0 ? null : original.getCause();
            Textless textless = new Textless(original, cause == null ? null : of(cause, depth - 1));
            for (Throwable suppressed : depth == 0 ? new Throwable[0] : original.getSuppressed()) {
                textless.addSuppressed(of(suppressed, depth - 1));
            }
            return textless;
        }

        @Override
        public String toString() {
            return type;
        }
    }
}
