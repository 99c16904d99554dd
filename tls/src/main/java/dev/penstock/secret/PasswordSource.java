package dev.penstock.secret;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Where a password comes from: an ordered list of places, the first that has one wins.
 *
 * <pre>{@code
 * PasswordSource.dockerSecret("shop_db").orEnv("SHOP_DB_PASSWORD")
 * }</pre>
 *
 * <p>Looking is repeated on every {@link #resolve()}; nothing is cached here ({@link RotatingPassword} does). A place with
 * nothing is passed over; a place with something unusable (an empty file, two lines, no permission, both {@code X} and
 * {@code X_FILE} set) ends the search with an error, because going on would hide the mistake. Immutable and thread-safe;
 * prints its places, never a value.
 */
public final class PasswordSource {
    private static final Path DOCKER_SECRETS = Path.of("/run/secrets");

    private final List<PasswordPlace> places;
    private final FilePermissions permissions;

    private PasswordSource(List<PasswordPlace> places, FilePermissions permissions) {
        this.places = List.copyOf(places);
        this.permissions = permissions;
    }

    private static PasswordSource of(PasswordPlace place) {
        return new PasswordSource(List.of(place), FilePermissions.CONTAINER);
    }

    /**
     * The Docker or Swarm secret of that name: the file {@code /run/secrets/<name>}.
     *
     * @throws IllegalArgumentException if the name is blank or would leave that directory
     */
    public static PasswordSource dockerSecret(String name) {
        if (name.isBlank() || name.contains("/") || name.contains("\\") || name.startsWith("..")) {
            throw new IllegalArgumentException("a Docker secret is named by its file name below " + DOCKER_SECRETS
                    + "; use PasswordSource.file(path) for any other file");
        }
        return file(DOCKER_SECRETS.resolve(name));
    }

    /** A file: regular, at most 64 KiB, UTF-8, one line; a byte order mark and exactly one line end are not part of the password. */
    public static PasswordSource file(Path path) {
        return of(new PasswordPlace.InFile(Objects.requireNonNull(path, "path")));
    }

    /**
     * An environment variable {@code X}; {@code X_FILE}, when set instead, names a file. A value that is the path of an
     * existing file is read as that file, with a warning in {@link ResolvedPassword#warnings()}. One line, as in a file.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public static PasswordSource env(String variable) {
        return env(variable, Optional.empty());
    }

    /**
     * The same variable of the given environment, such as that of a {@code .env} file, and not of the one that is looked into later. {@code X} and
     * {@code X_FILE} are copied now.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public static PasswordSource env(String variable, Map<String, String> environment) {
        Map<String, String> bound = new HashMap<>();
        for (String name : List.of(variable, variable + "_FILE")) {
            String value = environment.get(name);
            if (value != null) {
                bound.put(name, value);
            }
        }
        return env(variable, Optional.of(bound));
    }

    private static PasswordSource env(String variable, Optional<Map<String, String>> bound) {
        if (variable.isBlank()) {
            throw new IllegalArgumentException("the name of the variable is blank");
        }
        return of(new PasswordPlace.InVariable(variable, bound));
    }

    /**
     * Code that yields the password, asked once per new connection: cache in it when an answer is dear. Whatever it throws, undeclared checked
     * exceptions and errors included, makes it a place without a usable password; messages tell the type and never the text, which may quote the
     * secret. A {@link VirtualMachineError} alone is thrown on.
     *
     * @param description what it is, for messages; must hold no secret
     */
    public static PasswordSource provider(String description, Supplier<Secret> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        return credentialsProvider(description, () -> {
            Secret secret = supplier.get();
            return secret == null ? null : new Credentials(null, secret);
        });
    }

    /** Code that yields user and password together, as Vault's dynamic credentials do; asked once per new connection. */
    public static PasswordSource credentialsProvider(String description, Supplier<Credentials> supplier) {
        Objects.requireNonNull(supplier, "supplier");
        return of(new PasswordPlace.FromProvider(Objects.requireNonNull(description, "description"), supplier));
    }

    /** A value in the program. For development and tests; configuration refuses it in production ({@link #isLiteral()}). */
    public static PasswordSource literal(String password) {
        return of(new PasswordPlace.Literal(Secret.of(password)));
    }

    /** This source, then the variable. */
    public PasswordSource orEnv(String variable) {
        return or(env(variable));
    }

    /** This source, then the file. */
    public PasswordSource orFile(Path path) {
        return or(file(path));
    }

    /** This source, then the other one's places in their order; this source's permission policy holds for all. */
    public PasswordSource or(PasswordSource next) {
        List<PasswordPlace> both = new ArrayList<>(places);
        both.addAll(next.places);
        return new PasswordSource(both, permissions);
    }

    /**
     * Returns the same places, whose names were not written in the program but read from {@code origin}, such as {@code config.yaml:3}: messages name that
     * origin for as long as nothing shows that the name is one and not the secret itself ({@link Disclosure}).
     */
    public PasswordSource namedIn(String origin) {
        Objects.requireNonNull(origin, "origin");
        return new PasswordSource(
                places.stream().map(place -> place.namedIn(origin)).toList(), permissions);
    }

    /** The same places with another rule about who may read the files; {@link FilePermissions#CONTAINER} by default. */
    public PasswordSource withPermissions(FilePermissions policy) {
        return new PasswordSource(places, Objects.requireNonNull(policy, "policy"));
    }

    /**
     * Looks now, with the environment of the process.
     *
     * @throws SecretUnavailableException if no place has a usable password
     */
    public Secret resolve() {
        return resolve(System.getenv());
    }

    /**
     * Looks now, with the given environment.
     *
     * @throws SecretUnavailableException if no place has a usable password
     */
    public Secret resolve(Map<String, String> environment) {
        return lookUp(environment).secret();
    }

    /**
     * Looks now and says also where the password was found and what is odd about it.
     *
     * @throws SecretUnavailableException if no place has a usable password
     */
    public ResolvedPassword lookUp(Map<String, String> environment) {
        List<SecretUnavailableException.Place> misses = new ArrayList<>();
        for (PasswordPlace place : places) {
            Finding finding = place.look(environment, permissions);
            if (finding.outcome() == Finding.Outcome.FOUND) {
                return finding.resolved(place.describe(environment));
            }
            String described = place.describe(environment);
            misses.add(new SecretUnavailableException.Place(described, finding.reason()));
            if (finding.outcome() == Finding.Outcome.BROKEN) {
                throw new SecretUnavailableException(misses, "Correct " + described + ".", finding.cause());
            }
        }
        throw new SecretUnavailableException(misses, "Provide one of them.", null);
    }

    /** The files that this source reads under the environment of the process, to watch for rotation. */
    public List<Path> files() {
        return files(System.getenv());
    }

    /** The files that this source reads under the given environment, to watch for rotation. */
    public List<Path> files(Map<String, String> environment) {
        return places.stream()
                .flatMap(place -> place.files(environment).stream())
                .toList();
    }

    /** The files of the one place that {@link ResolvedPassword#place()} named. */
    List<Path> filesOf(String place, Map<String, String> environment) {
        return places.stream()
                .filter(one -> one.describe(environment).equals(place))
                .flatMap(one -> one.files(environment).stream())
                .toList();
    }

    /**
     * Names the places in order, such as {@code file /run/secrets/shop_db, then variable SHOP_DB_PASSWORD}; no values. A name that may itself be a
     * secret, because nothing is there, is told by where it was written ({@link Disclosure}).
     */
    public String describe() {
        Map<String, String> environment = System.getenv();
        return places.stream().map(place -> place.describe(environment)).collect(Collectors.joining(", then "));
    }

    /** Whether a value stays good until a file changes: everything but a provider. */
    boolean isCacheable() {
        return places.stream().noneMatch(PasswordPlace.FromProvider.class::isInstance);
    }

    /** Whether every place is a provider, so that no password of long standing comes from here. */
    public boolean isProvided() {
        return places.stream().allMatch(PasswordPlace.FromProvider.class::isInstance);
    }

    /** Whether any place is a value written in the program or the configuration. */
    public boolean isLiteral() {
        for (PasswordPlace place : places) {
            if (place instanceof PasswordPlace.Literal) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return describe();
    }
}
