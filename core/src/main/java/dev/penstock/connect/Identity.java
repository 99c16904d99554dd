package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.InvalidConfigException;
import dev.penstock.config.Login;
import dev.penstock.config.Violation;
import dev.penstock.observe.CredentialStatus;
import dev.penstock.secret.FileWatcher;
import dev.penstock.secret.RotatingPassword;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsMaterialException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What this process shows to a server and what it asks to be shown: the passwords of its roles and the TLS material, kept
 * fresh while their files change. Thread-safe. Owns the one file watcher.
 */
public final class Identity implements AutoCloseable {
    /** How long a change may go unnoticed at most where the file system reports none; the TLS configuration may ask for less. */
    private static final Duration POLL = Duration.ofSeconds(10);

    private final FileWatcher watcher;
    private final Map<Login, RotatingPassword> passwords;
    private final TlsContext tls;

    private Identity(FileWatcher watcher, Map<Login, RotatingPassword> passwords, TlsContext tls) {
        this.watcher = watcher;
        this.passwords = passwords;
        this.tls = tls;
    }

    /**
     * Reads everything that the configuration points at, before the first connection.
     *
     * @throws InvalidConfigException with every file or variable that is missing or unusable
     */
    public static Identity open(DatabaseConfig config) {
        FileWatcher watcher = FileWatcher.start(poll(config));
        Map<String, String> environment = Map.copyOf(System.getenv());
        Map<Login, RotatingPassword> passwords = new LinkedHashMap<>();
        logins(config)
                .forEach(login ->
                        passwords.computeIfAbsent(login, l -> RotatingPassword.of(l.password(), environment, watcher)));
        List<Violation> found = new ArrayList<>();
        passwords.forEach((login, password) -> check(login, password, found));
        TlsContext tls = openTls(config, watcher, found);
        if (tls == null || !found.isEmpty()) {
            close(passwords, tls, watcher);
            throw new InvalidConfigException(found);
        }
        return new Identity(watcher, passwords, tls);
    }

    private static Duration poll(DatabaseConfig config) {
        Duration asked = config.tls().reloadInterval();
        return asked.compareTo(POLL) < 0 ? asked : POLL;
    }

    /** Every role that will log in somewhere. */
    private static List<Login> logins(DatabaseConfig config) {
        List<Login> logins = new ArrayList<>();
        for (Endpoint endpoint : config.endpoints()) {
            logins.add(config.login(endpoint));
            logins.add(config.readLogin(endpoint));
        }
        Login migration = config.roles().migration();
        if (migration != null) {
            logins.add(migration);
        }
        return logins;
    }

    private static void check(Login login, RotatingPassword password, List<Violation> found) {
        try {
            password.current();
        } catch (SecretUnavailableException e) {
            found.add(new Violation(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "",
                    "of role '" + login.user() + "' cannot be read: " + without(e.remedy(), e.getMessage()),
                    login.password().describe(),
                    e.remedy()));
        }
    }

    private static @Nullable TlsContext openTls(DatabaseConfig config, FileWatcher watcher, List<Violation> found) {
        try {
            return TlsContext.open(config.tls(), watcher);
        } catch (TlsMaterialException e) {
            String message = without(e.remedy(), e.getMessage());
            found.add(new Violation("tls", e.reason().name(), "", message, e.file(), e.remedy()));
            return null;
        }
    }

    /** The exceptions end their message with the remedy, which a violation tells by itself. */
    private static String without(String remedy, @Nullable String message) {
        String text = String.valueOf(message);
        return text.endsWith(remedy)
                ? text.substring(0, text.length() - remedy.length()).strip().replaceFirst("\\.$", "")
                : text;
    }

    /** The password of one of the configured roles, as it is now. */
    RotatingPassword passwordOf(Login login) {
        return Objects.requireNonNull(passwords.get(login), () -> "No password was opened for " + login.user());
    }

    /** How the passwords for {@code purpose} on those servers stand; the migration's without a {@code migration_user} do not exist. */
    public CredentialStatus credentials(DatabaseConfig config, Purpose purpose) {
        List<RotatingPassword.Status> all = config.endpoints().stream()
                .map(endpoint -> purpose.login(config, endpoint))
                .distinct()
                .map(login -> passwordOf(login).status())
                .toList();
        Instant oldest = all.stream()
                .flatMap(status -> status.since().stream())
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalStateException("No password was read when the database was opened"));
        long changes =
                all.stream().mapToLong(RotatingPassword.Status::rotations).sum();
        long failures =
                all.stream().mapToLong(RotatingPassword.Status::failures).sum();
        return new CredentialStatus(purpose.label(), oldest, changes, failures);
    }

    /** What connections are encrypted and verified with, as it is now. */
    public TlsContext tls() {
        return tls;
    }

    private static void close(Map<Login, RotatingPassword> passwords, @Nullable TlsContext tls, FileWatcher watcher) {
        passwords.values().forEach(RotatingPassword::close);
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
