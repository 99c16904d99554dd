package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the components of a {@link DatabaseConfig}. No setter throws: what is wrong, a {@code null} from a variable that
 * is not set included, is kept and told by {@link #build()}, everything at once. Not thread-safe.
 *
 * <p>A section has two setters. One takes the finished section: a record is right if it exists, so that
 * {@code pool(new PoolConfig(0, …))} throws before this builder hears of it, and tells the mistakes of that section alone. The other takes a
 * supplier, which {@link #build()} calls once: {@code pool(() -> new PoolConfig(0, …))} tells them together with all others.
 */
public final class DatabaseConfigBuilder {
    private @Nullable String primary;
    private List<@Nullable String> replicas = List.of();
    private List<Endpoint> endpoints = List.of();
    private @Nullable String database;
    private @Nullable String user;
    private @Nullable PasswordSource password;
    private @Nullable Supplier<TlsConfig> tls;
    private final Function<Path[], TlsPolicy> policies;
    private final List<Path> policyFiles = new ArrayList<>();
    private @Nullable TlsPolicy satisfied;
    private Supplier<Set<AuthMethod>> requireAuth = Set::of;
    private Function<WorkloadConfig, PoolConfig> pool = PoolConfig::unset;
    private Supplier<TimeoutConfig> timeouts = TimeoutConfig::defaults;
    private @Nullable Duration maxLag;
    private Supplier<TopologyConfig> topology = TopologyConfig::defaults;
    private Supplier<RoutingConfig> routing = RoutingConfig::defaults;
    private String applicationName = "penstock";
    private EnvironmentMode environmentMode = EnvironmentMode.DEVELOPMENT;
    private Supplier<RoleConfig> roles = RoleConfig::none;
    private Supplier<SessionConfig> session = SessionConfig::defaults;
    private StartPolicy start = StartPolicy.PRIMARY;
    private Supplier<WorkloadConfig> workload = WorkloadConfig::undeclared;
    private List<DatabaseConfig> neighbours = List.of();
    private Map<Endpoint, Login> replicaLogins = Map.of();
    private boolean isEnvironmentSet;
    private @Nullable Provenance provenance;

    /** @param policies reads the files of a policy, those of the machine included */
    DatabaseConfigBuilder(Function<Path[], TlsPolicy> policies) {
        this.policies = policies;
    }

    /** The server expected to be the primary at start: {@code host} or {@code host:port}. Required. */
    public DatabaseConfigBuilder primary(String endpoint) {
        primary = endpoint;
        return this;
    }

    /** The other servers of the cluster, each {@code host} or {@code host:port}; none by default. */
    public DatabaseConfigBuilder replicas(String... endpoints) {
        replicas = new ArrayList<>(Arrays.asList(endpoints));
        return this;
    }

    /** The name of the database. Required. */
    public DatabaseConfigBuilder database(String name) {
        database = name;
        return this;
    }

    /** The role that reads and writes. Required. */
    public DatabaseConfigBuilder user(String role) {
        user = role;
        return this;
    }

    /** Where the role's password comes from. Required. */
    public DatabaseConfigBuilder password(PasswordSource source) {
        password = source;
        return this;
    }

    /**
     * What a server must prove; {@code verify-full} in production, and where {@link #environmentMode} is not set and a server is public;
     * {@code prefer} otherwise, or what a {@link TlsPolicy} demands beyond that. What is given here must satisfy the policy.
     */
    public DatabaseConfigBuilder tls(TlsConfig config) {
        return tls(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder tls(Supplier<TlsConfig> config) {
        tls = config;
        return this;
    }

    /** Adds a file to the policy of this machine, which holds in any case; see {@link TlsPolicy}. {@link #build()} reads them all. */
    public DatabaseConfigBuilder policy(Path file) {
        policyFiles.add(file);
        return this;
    }

    /**
     * How a server may have a login proven: libpq's {@code require_auth}, as {@code scram-sha-256,none} or {@code !password,!none}. Unset, the
     * environment mode decides; see {@link DatabaseConfig#requireAuth(Endpoint, Login)}.
     */
    public DatabaseConfigBuilder requireAuth(String methods) {
        requireAuth = () -> RequireAuth.parse(present(methods, ""));
        return this;
    }

    /** The ceiling for one server is {@code size + maxOverflow}; see {@link PoolConfig}. */
    public DatabaseConfigBuilder pool(int size, int maxOverflow, Duration timeout) {
        return pool(workload -> new PoolConfig(
                size, maxOverflow, present(timeout, "timeout"), PoolConfig.recycle(workload.presetOfTimes(false))));
    }

    /** Sizes and waiting times as a whole. */
    public DatabaseConfigBuilder pool(PoolConfig config) {
        return pool(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder pool(Supplier<PoolConfig> config) {
        return pool(workload -> config.get());
    }

    /** The same, made from what {@link #workload} was given: {@code pool(PoolConfig::auto)}. Its mistakes are told by {@link #build()}. */
    public DatabaseConfigBuilder pool(Function<WorkloadConfig, PoolConfig> config) {
        pool = config;
        return this;
    }

    /** Deadlines of one connect and one statement; see {@link TimeoutConfig}. */
    public DatabaseConfigBuilder timeouts(Duration connect, Duration statement) {
        return timeouts(() -> new TimeoutConfig(present(connect, "connect"), present(statement, "statement")));
    }

    /** All deadlines below a borrow. */
    public DatabaseConfigBuilder timeouts(TimeoutConfig config) {
        return timeouts(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder timeouts(Supplier<TimeoutConfig> config) {
        timeouts = config;
        return this;
    }

    /** How far a replica may be behind before reads avoid it; 10 s by default. */
    public DatabaseConfigBuilder maxLag(Duration limit) {
        maxLag = limit;
        return this;
    }

    /** Which servers there are, and how far a replica may be behind; see {@link TopologyConfig}. */
    public DatabaseConfigBuilder topology(TopologyConfig config) {
        return topology(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder topology(Supplier<TopologyConfig> config) {
        topology = config;
        return this;
    }

    /** Which part the primary plays for reads; see {@link RoutingConfig}. */
    public DatabaseConfigBuilder routing(RoutingConfig config) {
        return routing(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder routing(Supplier<RoutingConfig> config) {
        routing = config;
        return this;
    }

    /** What the servers show in {@code pg_stat_activity}; {@code penstock} by default. */
    public DatabaseConfigBuilder applicationName(String name) {
        applicationName = name;
        return this;
    }

    /** Which policy applies. Unset, it is development, but that a public host is sent nothing in clear text. */
    public DatabaseConfigBuilder environmentMode(EnvironmentMode mode) {
        environmentMode = mode;
        isEnvironmentSet = true;
        return this;
    }

    /** The roles beside {@code user}; none by default. */
    public DatabaseConfigBuilder roles(RoleConfig config) {
        return roles(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder roles(Supplier<RoleConfig> config) {
        roles = config;
        return this;
    }

    /** What every session starts with; see {@link SessionConfig}. */
    public DatabaseConfigBuilder session(SessionConfig config) {
        return session(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder session(Supplier<SessionConfig> config) {
        session = config;
        return this;
    }

    /** What opening waits for; the primary by default. */
    public DatabaseConfigBuilder start(StartPolicy policy) {
        start = policy;
        return this;
    }

    /** What is expected of the pools, for their sizing; nothing by default. See {@link WorkloadConfig}. */
    public DatabaseConfigBuilder workload(WorkloadConfig config) {
        return workload(() -> config);
    }

    /** The same, its mistakes told by {@link #build()}. */
    public DatabaseConfigBuilder workload(Supplier<WorkloadConfig> config) {
        workload = config;
        return this;
    }

    /** Other databases that this process opens: on a server they share, the pools must fit together. */
    public DatabaseConfigBuilder alongside(DatabaseConfig... others) {
        neighbours = List.of(others);
        return this;
    }

    /** Servers that were read already, the primary first. */
    DatabaseConfigBuilder endpoints(List<Endpoint> servers) {
        endpoints = servers;
        return this;
    }

    DatabaseConfigBuilder replicaLogins(Map<Endpoint, Login> logins) {
        replicaLogins = logins;
        return this;
    }

    /** Takes a policy that the TLS configuration was judged by already. */
    DatabaseConfigBuilder satisfies(TlsPolicy policy) {
        satisfied = policy;
        return this;
    }

    DatabaseConfigBuilder provenance(Provenance places) {
        provenance = places;
        return this;
    }

    /** @throws InvalidConfigException with every mistake made in any call above */
    public DatabaseConfig build() {
        Mistakes mistakes = new Mistakes();
        List<Endpoint> servers = endpoints.isEmpty() ? parsedEndpoints(mistakes) : endpoints;
        EnvironmentMode mode = given(environmentMode, "environmentMode", EnvironmentMode.DEVELOPMENT, mistakes);
        WorkloadConfig declared = section(workload, "workload", WorkloadConfig::undeclared, mistakes);
        TlsPolicy policy = policy(mistakes);
        Map<String, String> places = origins();
        DatabaseConfig config = null;
        try {
            config = new DatabaseConfig(
                    servers.get(0),
                    servers.subList(1, servers.size()),
                    given(database, "database", "unknown", mistakes),
                    given(user, "user", "unknown", mistakes),
                    password == null ? missingPassword(mistakes) : password,
                    section(() -> tls(policy, mode, servers, places, mistakes), "tls", TlsConfig::verifyFull, mistakes),
                    policy,
                    section(requireAuth, "requireAuth", Set::of, mistakes),
                    section(() -> pool.apply(declared), "pool", PoolConfig::defaults, mistakes),
                    section(timeouts, "timeouts", TimeoutConfig::defaults, mistakes),
                    topology(mistakes),
                    section(routing, "routing", RoutingConfig::defaults, mistakes),
                    given(applicationName, "applicationName", "penstock", mistakes),
                    mode,
                    section(roles, "roles", RoleConfig::none, mistakes),
                    section(session, "session", SessionConfig::defaults, mistakes),
                    given(start, "start", StartPolicy.PRIMARY, mistakes),
                    declared,
                    neighbours,
                    replicaLogins,
                    provenance == null ? new Provenance("", places, List.of()) : provenance);
        } catch (InvalidConfigException e) {
            mistakes.add(e, "");
        }
        mistakes.throwIfAny();
        return Objects.requireNonNull(config);
    }

    private TlsPolicy policy(Mistakes mistakes) {
        if (satisfied != null) {
            return satisfied;
        }
        TlsPolicy read = policies.apply(policyFiles.toArray(Path[]::new));
        read.faults().forEach(mistakes::add);
        return read;
    }

    /** Returns what was given, or the default of the mode, with what the policy gives; null when a caller gave null. */
    private @Nullable TlsConfig tls(
            TlsPolicy policy,
            EnvironmentMode mode,
            List<Endpoint> servers,
            Map<String, String> places,
            Mistakes mistakes) {
        TlsConfig asked = tls == null ? defaultTls(mode, servers) : tls.get();
        if (asked == null || satisfied != null) {
            return asked;
        }
        Set<String> written = tls == null ? Set.of() : TlsPolicy.written(asked);
        TlsPolicy.Verdict verdict = policy.judge(asked.toBuilder(), written, TlsPolicyRules.hosts(servers));
        verdict.breaches().forEach(breach -> mistakes.add(TlsPolicyRules.violation(breach, Violation.IN_CODE)));
        places.putAll(verdict.given());
        return verdict.completed().build();
    }

    // A default stands in for what is already known to be wrong, so that the rest is still checked.

    private static <T> T section(
            Supplier<? extends @Nullable T> supplier, String path, Supplier<T> standIn, Mistakes mistakes) {
        try {
            T made = supplier.get();
            if (made != null) {
                return made;
            }
            mistakes.add(unset(path));
        } catch (InvalidConfigException e) {
            // TLS names its components as the whole does.
            mistakes.add(e, path.equals(Key.TLS_SECTION) ? "" : path);
        }
        return standIn.get();
    }

    private TopologyConfig topology(Mistakes mistakes) {
        TopologyConfig given = section(topology, "topology", TopologyConfig::defaults, mistakes);
        Duration limit = maxLag;
        return limit == null ? given : section(() -> given.withMaxLag(limit), "topology", () -> given, mistakes);
    }

    /** The value, unless a caller that has no null checks gave none. */
    private static <T> T given(@Nullable T value, String path, T standIn, Mistakes mistakes) {
        if (value == null) {
            mistakes.add(unset(path));
            return standIn;
        }
        return value;
    }

    private static <T> T present(@Nullable T value, String component) {
        if (value == null) {
            throw new InvalidConfigException(unset(component));
        }
        return value;
    }

    private static Violation unset(String path) {
        return new Violation(path, "REQUIRED", "", "must be set", Violation.IN_CODE, "Call it with a value, not null.");
    }

    private TlsConfig defaultTls(EnvironmentMode mode, List<Endpoint> servers) {
        boolean verifies = EnvironmentRules.verifyByDefault(mode, isEnvironmentSet, servers);
        return verifies ? TlsConfig.verifyFull() : TlsConfig.prefer();
    }

    /** Of what the rules of the environment depend on, whether somebody called it. */
    private Map<String, String> origins() {
        Map<String, String> origins = new LinkedHashMap<>();
        origins.put(Key.ENVIRONMENT_MODE.yamlName(), isEnvironmentSet ? Violation.IN_CODE : Scalar.DEFAULT);
        origins.put(Key.SSLMODE.yamlName(), tls == null ? Scalar.DEFAULT : Violation.IN_CODE);
        return origins;
    }

    /** The primary, or what stands in for it, and the replicas that can be read. */
    private List<Endpoint> parsedEndpoints(Mistakes mistakes) {
        List<Endpoint> parsed = new ArrayList<>();
        if (primary == null) {
            mistakes.add(new Violation(
                    "primary", "REQUIRED", "", "must be set", Violation.IN_CODE, "Call primary(\"host:port\")."));
        } else {
            parse(primary, "primary", parsed, mistakes);
        }
        if (parsed.isEmpty()) {
            // On this machine: no rule about servers elsewhere is broken by one that is not known.
            parsed.add(new Endpoint("unknown.localhost", Endpoint.DEFAULT_PORT));
        }
        for (int i = 0; i < replicas.size(); i++) {
            String path = "replicas[" + i + "]";
            String replica = replicas.get(i);
            if (replica == null) {
                mistakes.add(unset(path));
            } else {
                parse(replica, path, parsed, mistakes);
            }
        }
        return parsed;
    }

    private static void parse(String text, String path, List<Endpoint> parsed, Mistakes mistakes) {
        try {
            parsed.add(Endpoint.parse(text));
        } catch (InvalidConfigException e) {
            mistakes.add(e, path);
        }
    }

    private static PasswordSource missingPassword(Mistakes mistakes) {
        mistakes.add(new Violation(
                "password",
                "REQUIRED",
                "",
                "must be set",
                Violation.IN_CODE,
                "Call password(PasswordSource.dockerSecret(name)), .file(path) or .env(variable)."));
        return PasswordSource.env("PENSTOCK_PASSWORD_NOT_SET");
    }
}
