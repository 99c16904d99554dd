package dev.penstock.connect;

import dev.penstock.secret.Secret;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The reasons for which a password is easily guessed. */
public enum WeakPassword {
    /** It is one that everybody tries, or the role's own name, with figures or an exclamation mark behind it or not. */
    WELL_KNOWN("is one that everybody tries"),
    /** A random one of that length withstands whoever has the server's verifiers (SCRAM hashes 4096 times); a shorter one may not. */
    SHORT("has fewer than " + WeakPassword.ENOUGH + " characters");

    static final int ENOUGH = 12;

    private static final Set<String> KNOWN = Set.of(
            "admin",
            "administrator",
            "app",
            "appuser",
            "changeit",
            "changeme",
            "database",
            "default",
            "demo",
            "dev",
            "devpass",
            "devpassword",
            "example",
            "guest",
            "letmein",
            "mypassword",
            "mysecretpassword",
            "pass",
            "passw0rd",
            "password",
            "pgpass",
            "postgres",
            "postgresql",
            "qwerty",
            "qwertyuiop",
            "root",
            "secret",
            "secretpassword",
            "supersecret",
            "test",
            "testing",
            "user",
            "welcome");

    private final String what;

    WeakPassword(String what) {
        this.what = what;
    }

    /** Completes "the password …"; says nothing of the password itself. */
    public String what() {
        return what;
    }

    static Optional<WeakPassword> of(String role, Secret password) {
        String text = password.reveal();
        String word = text.toLowerCase(Locale.ROOT).replaceFirst("[0-9!?.]+$", "");
        if (word.isEmpty() || KNOWN.contains(word) || word.equalsIgnoreCase(role) || text.equalsIgnoreCase(role)) {
            return Optional.of(WELL_KNOWN);
        }
        return text.codePointCount(0, text.length()) < ENOUGH ? Optional.of(SHORT) : Optional.empty();
    }
}
