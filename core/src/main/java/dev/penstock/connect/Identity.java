package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.InvalidConfigException;
import dev.penstock.config.Violation;
import dev.penstock.secret.FileWatcher;
import dev.penstock.secret.RotatingPassword;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsMaterialException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process shows to a server and what it asks to be shown: the role's password and the TLS material, both kept
 * fresh while their files change. Thread-safe. Owns the one file watcher.
 *
 * @param passwords the role's password, as it is now
 * @param tls the material of new connections
 * @param watcher notices that the files behind both changed
 */
public record Identity(RotatingPassword passwords, TlsContext tls, FileWatcher watcher) implements AutoCloseable {
    /** How long a change may go unnoticed where the file system reports none. */
    private static final Duration POLL = Duration.ofSeconds(10);

    /**
     * Reads everything that the configuration points at, before the first connection.
     *
     * @throws InvalidConfigException with every file or variable that is missing or unusable
     */
    public static Identity open(DatabaseConfig config) {
        FileWatcher watcher = FileWatcher.start(POLL);
        List<Violation> found = new ArrayList<>();
        RotatingPassword passwords = RotatingPassword.of(config.password(), Map.copyOf(System.getenv()), watcher);
        checkPassword(config, passwords, found);
        TlsContext tls = openTls(config, watcher, found);
        if (tls == null || !found.isEmpty()) {
            close(passwords, tls, watcher);
            throw new InvalidConfigException(found);
        }
        return new Identity(passwords, tls, watcher);
    }

    private static void checkPassword(DatabaseConfig config, RotatingPassword passwords, List<Violation> found) {
        try {
            passwords.current();
        } catch (SecretUnavailableException e) {
            found.add(new Violation(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "",
                    "cannot be read: " + e.getMessage(),
                    config.password().describe(),
                    e.remedy()));
        }
    }

    private static @Nullable TlsContext openTls(DatabaseConfig config, FileWatcher watcher, List<Violation> found) {
        try {
            return TlsContext.open(config.tls(), watcher);
        } catch (TlsMaterialException e) {
            found.add(new Violation(
                    "tls",
                    e.reason().name(),
                    "",
                    String.valueOf(e.getMessage()),
                    String.valueOf(e.file()),
                    e.remedy()));
            return null;
        }
    }

    private static void close(RotatingPassword passwords, @Nullable TlsContext tls, FileWatcher watcher) {
        passwords.close();
        if (tls != null) {
            tls.close();
        }
        watcher.close();
    }

    @Override
    public void close() {
        close(passwords, tls, watcher);
    }
}
