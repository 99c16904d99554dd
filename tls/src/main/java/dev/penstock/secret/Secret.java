package dev.penstock.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Objects;

/**
 * A password or passphrase in memory that does not leave it by accident.
 *
 * <p>Prints as {@code ***}, is compared only on request and in constant time ({@link #sameAs}), has identity
 * {@code equals} so that it cannot become a map key that leaks, and is not serializable. The characters stay in the
 * heap until collected: pgjdbc and HikariCP need a {@link String}, so no wiping is promised. Immutable, thread-safe.
 */
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = Objects.requireNonNull(value, "value");
    }

    /** Wraps the characters as they are; nothing is trimmed. */
    public static Secret of(String value) {
        return new Secret(value);
    }

    /**
     * One line as it was meant: without the byte order mark that editors put before it and the one line end (LF, CRLF or CR) that editors, shells and
     * env files of another system put behind it. The same holds for what is read from files, variables and configuration files.
     */
    public static String withoutLineEnd(String text) {
        int from = text.startsWith("\uFEFF") ? 1 : 0;
        int to = text.length();
        if (to > from && text.charAt(to - 1) == '\n') {
            to--;
        }
        // Whoever took the line feed of a CRLF away, such as $(cat file), left the other half.
        if (to > from && text.charAt(to - 1) == '\r') {
            to--;
        }
        return text.substring(from, to);
    }

    /** The characters. Every call is a place where the secret can leak: hand the result to the driver and forget it. */
    public String reveal() {
        return value;
    }

    /** Whether both hold the same characters; takes the same time whatever they are. */
    public boolean sameAs(Secret other) {
        return MessageDigest.isEqual(value.getBytes(UTF_8), other.value.getBytes(UTF_8));
    }

    /** Always {@code ***}. */
    @Override
    public String toString() {
        return "***";
    }
}
