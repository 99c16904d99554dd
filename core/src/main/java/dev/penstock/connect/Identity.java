package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Login;
import dev.penstock.observe.CredentialStatus;
import dev.penstock.secret.FileWatcher;
import dev.penstock.secret.RotatingPassword;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsMaterialException;
import dev.penstock.tls.TlsReason;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
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
     * Reads everything that the configuration points at, before the first connection: side by side, and each on a thread of its own.
     *
     * @param atMost how long a provider may take to answer, or a file to be read
     * @throws InvalidConfigException with every file, variable or provider that is missing, unusable or silent
     * @throws InterruptedException when the calling thread was interrupted meanwhile; nothing is left open
     */
    public static Identity open(DatabaseConfig config, Duration atMost) throws InterruptedException {
        FileWatcher watcher = FileWatcher.start(poll(config));
        Opening opening = new Opening(config, watcher, atMost);
        try {
            return opening.await();
        } catch (InterruptedException | RuntimeException | Error e) {
            opening.abandon();
            watcher.close();
            throw e;
        }
    }

    /** What is being read, and what was found wrong with it. */
    private static final class Opening {
        private final DatabaseConfig config;
        private final FileWatcher watcher;
        private final Duration atMost;
        private final long deadline;
        private final Map<Login, Reading<RotatingPassword>> passwords = new LinkedHashMap<>();
        private final Reading<TlsContext> tls;
        private final List<Violation> found = new ArrayList<>();
        private final String tlsOrigin;

        Opening(DatabaseConfig config, FileWatcher watcher, Duration atMost) {
            this.config = config;
            this.watcher = watcher;
            this.atMost = atMost;
            this.tlsOrigin = config.provenance().originOf("tls.mode");
            this.deadline = System.nanoTime() + atMost.toNanos();
            Map<String, String> environment = Map.copyOf(System.getenv());
            logins(config)
                    .forEach(login ->
                            passwords.computeIfAbsent(login, l -> Reading.begin(() -> read(l, environment, watcher))));
            this.tls = Reading.begin(() -> TlsContext.open(
                    config.tls(),
                    config.policy(),
                    config.endpoints().stream().map(Endpoint::host).toList(),
                    watcher));
        }

        private static RotatingPassword read(Login login, Map<String, String> environment, FileWatcher watcher) {
            RotatingPassword password = RotatingPassword.of(login.password(), environment, watcher);
            password.current();
            return password;
        }

        Identity await() throws InterruptedException {
            Map<Login, RotatingPassword> read = new LinkedHashMap<>();
            for (Map.Entry<Login, Reading<RotatingPassword>> one : passwords.entrySet()) {
                RotatingPassword password = await(one.getKey(), one.getValue());
                if (password != null) {
                    read.put(one.getKey(), password);
                }
            }
            TlsContext context = awaitTls();
            if (context == null || !found.isEmpty()) {
                throw new InvalidConfigException(found);
            }
            return new Identity(watcher, read, context);
        }

        private @Nullable RotatingPassword await(Login login, Reading<RotatingPassword> password)
                throws InterruptedException {
            try {
                RotatingPassword read = password.await(deadline);
                if (read == null) {
                    add(login, "it has not answered within " + limit(), "Look at what it waits for.");
                }
                return read;
            } catch (SecretUnavailableException e) {
                add(login, without(e.remedy(), e.getMessage()), e.remedy());
                return null;
            }
        }

        private void add(Login login, String why, String remedy) {
            found.add(new Violation(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "",
                    "of role '" + login.user() + "' cannot be read: " + why,
                    login.password().describe(),
                    remedy));
        }

        private @Nullable TlsContext awaitTls() throws InterruptedException {
            try {
                TlsContext context = tls.await(deadline);
                if (context == null) {
                    found.add(new Violation(
                            "tls",
                            TlsReason.TLS_TRUST_FILE_INVALID.name(),
                            "",
                            "was not ready within " + limit(),
                            tlsOrigin,
                            "Look at the file system that its files are on, and at the load of this machine."));
                }
                return context;
            } catch (InvalidConfigException e) {
                // Only of a configuration that was put together by hand: what loads and builds one has told it.
                e.violations().forEach(breach -> found.add(breach.at("", tlsOrigin)));
                return null;
            } catch (TlsMaterialException e) {
                String message = without(e.remedy(), e.getMessage());
                String origin = config.origins().getOrDefault(e.file(), e.file());
                found.add(new Violation("tls", e.reason().name(), "", message, origin, e.remedy()));
                return null;
            }
        }

        private String limit() {
            return atMost.toMillis() + " ms (timeouts.connect)";
        }

        void abandon() {
            passwords.values().forEach(password -> password.abandon(RotatingPassword::close));
            tls.abandon(TlsContext::close);
        }
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

    /** The exceptions end their message with the remedy, which a violation tells by itself. */
    static String without(String remedy, @Nullable String message) {
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

    @Override
    public void close() {
        passwords.values().forEach(RotatingPassword::close);
        tls.close();
        watcher.close();
    }
}
