package dev.penstock.secret;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One {@link PasswordSource}, kept fresh for a process that connects again and again, so that a rotation needs no restart and fails no
 * connection, whether the secret or the server changes first.
 *
 * <p>Use, per physical connection: {@link #current()}; on a login, {@link #accepted}; on SQLSTATE 28P01, try {@link #alternativesTo} in order.
 * The value is cached until its file changes; a provider is asked every time. A look-up that fails later on leaves the last value in use.
 *
 * <p>Thread-safe. No lock is held while a file is read or a provider is asked.
 */
public final class RotatingPassword implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger("dev.penstock.secret");

    private final PasswordSource source;
    private final Map<String, String> environment;
    private final FileWatcher.@Nullable Watch watch;
    private final AtomicLong version = new AtomicLong();
    private final AtomicReference<State> state =
            new AtomicReference<>(new State(null, -1, null, null, 0, 0, null, null, null));

    private RotatingPassword(PasswordSource source, Map<String, String> environment, @Nullable FileWatcher watcher) {
        this.source = source;
        this.environment = Map.copyOf(environment);
        List<Path> files = source.files(environment);
        this.watch = watcher == null || files.isEmpty() ? null : watcher.watch(files, version::incrementAndGet);
    }

    /**
     * Reads nothing yet.
     *
     * @param watcher notices changes of the source's files; {@code null} to re-read only after a refused login
     */
    public static RotatingPassword of(
            PasswordSource source, Map<String, String> environment, @Nullable FileWatcher watcher) {
        return new RotatingPassword(source, environment, watcher);
    }

    /**
     * What to log in with now: the source's value, or the last one the server took while it refuses the source's.
     *
     * @throws SecretUnavailableException if nothing was ever found and nothing is found now
     */
    public Credentials current() {
        Credentials fresh = read(false);
        State now = state.get();
        Credentials lastGood = now.lastGood;
        boolean refused = now.refused != null && now.refused.sameAs(fresh);
        return refused && lastGood != null ? lastGood : fresh;
    }

    /** The server took these. */
    public void accepted(Credentials credentials) {
        State now = state.get();
        if (now.lastGood == null || !now.lastGood.sameAs(credentials)) {
            update(old -> old.withLastGood(credentials));
        }
    }

    /**
     * The server refused these (28P01). Looks at the source again and returns what is worth one try each, in order: the source's value if it is
     * another one, then the last one the server took if that is yet another. Ask once per connection; when those are refused too, or there are
     * none, wait: a further login would only hammer the server.
     */
    public List<Credentials> alternativesTo(Credentials refused) {
        update(old -> old.withRefused(refused));
        List<Credentials> alternatives = new ArrayList<>();
        Credentials fresh = read(true);
        if (!fresh.sameAs(refused)) {
            alternatives.add(fresh);
        }
        Credentials lastGood = state.get().lastGood;
        if (lastGood != null && !lastGood.sameAs(refused) && !lastGood.sameAs(fresh)) {
            alternatives.add(lastGood);
        }
        return alternatives;
    }

    /** How it stands, for status and metrics. */
    public Status status() {
        State now = state.get();
        ResolvedPassword value = now.value;
        return new Status(
                value == null ? Optional.empty() : Optional.of(value.place()),
                value == null ? List.of() : value.warnings(),
                Optional.ofNullable(now.readAt),
                Optional.ofNullable(now.since),
                now.rotations,
                now.failures,
                Optional.ofNullable(now.failure));
    }

    /** Ends the watching. Idempotent. */
    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }

    private Credentials read(boolean now) {
        State before = state.get();
        long readVersion = version.get();
        ResolvedPassword value = before.value;
        if (!now && value != null && before.version == readVersion && source.isCacheable()) {
            return value.credentials();
        }
        try {
            ResolvedPassword found = source.lookUp(environment);
            Instant changed = changedAt(found.place());
            update(old -> old.withValue(found, readVersion, changed));
            return found.credentials();
        } catch (SecretUnavailableException failed) {
            LOGGER.log(Level.DEBUG, value == null ? "no password yet" : "the last password stays in use", failed);
            if (value == null) {
                throw failed;
            }
            update(old -> old.withFailure(failed));
            return value.credentials();
        }
    }

    /** The time of the file that the value was found in; now for a value from elsewhere, whose age nobody knows. */
    private Instant changedAt(String place) {
        Instant now = Instant.now();
        return source.filesOf(place, environment).stream()
                .flatMap(file -> modified(file).stream())
                .filter(time -> time.isBefore(now))
                .max(Comparator.naturalOrder())
                .orElse(now);
    }

    /** Empty for a file that went away since it was read: its replacement is read next time. */
    private static Optional<Instant> modified(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private void update(UnaryOperator<State> change) {
        state.updateAndGet(change);
    }

    /**
     * A look from outside; holds no secret.
     *
     * @param place where the value was found; empty before the first read
     * @param warnings what is odd about it
     * @param readAt when it was last read
     * @param since how long the value has been this one: the time of its file, else when it was first read here; empty before the
     *     first read
     * @param rotations how often a read found another value than the read before
     * @param failures how often a read found nothing, and the value before stayed
     * @param failure why the last read found nothing; empty when it did, or when there was none
     */
    public record Status(
            Optional<String> place,
            List<String> warnings,
            Optional<Instant> readAt,
            Optional<Instant> since,
            long rotations,
            long failures,
            Optional<SecretUnavailableException> failure) {}

    private record State(
            @Nullable ResolvedPassword value,
            long version,
            @Nullable Credentials lastGood,
            @Nullable Credentials refused,
            long rotations,
            long failures,
            @Nullable Instant readAt,
            @Nullable Instant since,
            @Nullable SecretUnavailableException failure) {

        State withValue(ResolvedPassword found, long readVersion, Instant changed) {
            boolean same = value != null && value.credentials().sameAs(found.credentials());
            long counted = value == null || same ? rotations : rotations + 1;
            return new State(
                    found,
                    readVersion,
                    lastGood,
                    refused,
                    counted,
                    failures,
                    Instant.now(),
                    same ? since : changed,
                    null);
        }

        State withLastGood(Credentials credentials) {
            boolean refusedNoMore = refused != null && refused.sameAs(credentials);
            return with(credentials, refusedNoMore ? null : refused);
        }

        State withRefused(Credentials credentials) {
            return with(lastGood, credentials);
        }

        private State with(@Nullable Credentials good, @Nullable Credentials bad) {
            return new State(value, version, good, bad, rotations, failures, readAt, since, failure);
        }

        /** The value stays in use; the next read tries again. */
        State withFailure(SecretUnavailableException failed) {
            return new State(value, -1, lastGood, refused, rotations, failures + 1, readAt, since, failed);
        }
    }
}
