package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the components of a {@link DatabaseConfig}. No setter throws: what is wrong is kept and told by
 * {@link #build()}, everything at once. Not thread-safe.
 */
public final class DatabaseConfigBuilder {
    private @Nullable String primary;
    private List<String> replicas = List.of();
    private List<Endpoint> endpoints = List.of();
    private String database = "";
    private String user = "";
    private @Nullable PasswordSource password;
    private @Nullable TlsConfig tls;
    private Supplier<Set<AuthMethod>> requireAuth = Set::of;
    private @Nullable Supplier<PoolConfig> pool;
    private @Nullable Supplier<TimeoutConfig> timeouts;
    private @Nullable Duration maxLag;
    private @Nullable TopologyConfig topology;
    private RoutingConfig routing = RoutingConfig.defaults();
    private String applicationName = "penstock";
    private EnvironmentMode environmentMode = EnvironmentMode.DEVELOPMENT;
    private RoleConfig roles = RoleConfig.none();
    private @Nullable SessionConfig session;
    private StartPolicy start = StartPolicy.PRIMARY;
    private @Nullable WorkloadConfig workload;
    private List<DatabaseConfig> neighbours = List.of();
    private Map<Endpoint, Login> replicaLogins = Map.of();
    private Map<String, String> origins = Map.of();
    private @Nullable Provenance provenance;

    DatabaseConfigBuilder() {}

    /** The server expected to be the primary at start: {@code host} or {@code host:port}. Required. */
    public DatabaseConfigBuilder primary(String endpoint) {
        primary = endpoint;
        return this;
    }

    /** The other servers of the cluster, each {@code host} or {@code host:port}; none by default. */
    public DatabaseConfigBuilder replicas(String... endpoints) {
        replicas = List.of(endpoints);
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

    /** What a server must prove; {@code prefer} in development and testing, {@code verify-full} in production. */
    public DatabaseConfigBuilder tls(TlsConfig config) {
        tls = config;
        return this;
    }

    /**
     * How a server may have a login proven: libpq's {@code require_auth}, as {@code scram-sha-256,none} or {@code !password,!none}. Unset, the
     * environment mode decides; see {@link DatabaseConfig#requireAuth(Endpoint, Login)}.
     */
    public DatabaseConfigBuilder requireAuth(String methods) {
        requireAuth = () -> RequireAuth.parse(methods);
        return this;
    }

    /** The ceiling for one server is {@code size + maxOverflow}; see {@link PoolConfig}. */
    public DatabaseConfigBuilder pool(int size, int maxOverflow, Duration timeout) {
        pool = () ->
                new PoolConfig(size, maxOverflow, timeout, PoolConfig.defaults().recycle());
        return this;
    }

    /** Sizes and waiting times as a whole. */
    public DatabaseConfigBuilder pool(PoolConfig config) {
        pool = () -> config;
        return this;
    }

    /** Deadlines of one connect and one statement; see {@link TimeoutConfig}. */
    public DatabaseConfigBuilder timeouts(Duration connect, Duration statement) {
        timeouts = () -> new TimeoutConfig(connect, statement);
        return this;
    }

    /** All deadlines below a borrow. */
    public DatabaseConfigBuilder timeouts(TimeoutConfig config) {
        timeouts = () -> config;
        return this;
    }

    /** How far a replica may be behind before reads avoid it; 10 s by default. */
    public DatabaseConfigBuilder maxLag(Duration limit) {
        maxLag = limit;
        return this;
    }

    /** Which servers there are, and how far a replica may be behind; see {@link TopologyConfig}. */
    public DatabaseConfigBuilder topology(TopologyConfig config) {
        topology = config;
        return this;
    }

    /** Which part the primary plays for reads; see {@link RoutingConfig}. */
    public DatabaseConfigBuilder routing(RoutingConfig config) {
        routing = config;
        return this;
    }

    /** What the servers show in {@code pg_stat_activity}; {@code penstock} by default. */
    public DatabaseConfigBuilder applicationName(String name) {
        applicationName = name;
        return this;
    }

    /** Which policy applies; development by default. */
    public DatabaseConfigBuilder environmentMode(EnvironmentMode mode) {
        environmentMode = mode;
        origins = Map.of(Key.ENVIRONMENT_MODE.yamlName(), Violation.IN_CODE);
        return this;
    }

    /** The roles beside {@code user}; none by default. */
    public DatabaseConfigBuilder roles(RoleConfig config) {
        roles = config;
        return this;
    }

    /** What every session starts with; see {@link SessionConfig}. */
    public DatabaseConfigBuilder session(SessionConfig config) {
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

    DatabaseConfigBuilder provenance(Provenance places) {
        provenance = places;
        return this;
    }

    /** @throws InvalidConfigException with every mistake made in any call above */
    public DatabaseConfig build() {
        Mistakes mistakes = new Mistakes();
        List<Endpoint> servers = endpoints.isEmpty() ? parsedEndpoints(mistakes) : endpoints;
        PasswordSource source = password == null ? missingPassword(mistakes) : password;
        PoolConfig sizes = pool(mistakes);
        TimeoutConfig deadlines = timeouts(mistakes);
        TopologyConfig limits = topology(mistakes);
        Set<AuthMethod> methods = requireAuth(mistakes);
        DatabaseConfig config = null;
        try {
            config = new DatabaseConfig(
                    servers.get(0),
                    servers.subList(1, servers.size()),
                    database,
                    user,
                    source,
                    tls == null ? defaultTls() : tls,
                    methods,
                    sizes,
                    deadlines,
                    limits,
                    routing,
                    applicationName,
                    environmentMode,
                    roles,
                    session == null ? SessionConfig.defaults() : session,
                    start,
                    workload == null ? WorkloadConfig.undeclared() : workload,
                    neighbours,
                    replicaLogins,
                    provenance == null ? new Provenance("", origins, List.of()) : provenance);
        } catch (InvalidConfigException e) {
            mistakes.add(e, "");
        }
        mistakes.throwIfAny();
        return Objects.requireNonNull(config);
    }

    // A default stands in for what is already known to be wrong, here and below, so that the rest is still checked.

    private PoolConfig pool(Mistakes mistakes) {
        try {
            return pool == null ? PoolConfig.defaults() : pool.get();
        } catch (InvalidConfigException e) {
            mistakes.add(e, "pool");
            return PoolConfig.defaults();
        }
    }

    private TimeoutConfig timeouts(Mistakes mistakes) {
        try {
            return timeouts == null ? TimeoutConfig.defaults() : timeouts.get();
        } catch (InvalidConfigException e) {
            mistakes.add(e, "timeouts");
            return TimeoutConfig.defaults();
        }
    }

    private TopologyConfig topology(Mistakes mistakes) {
        TopologyConfig given = topology == null ? TopologyConfig.defaults() : topology;
        try {
            return maxLag == null ? given : given.withMaxLag(maxLag);
        } catch (InvalidConfigException e) {
            mistakes.add(e, "topology");
            return given;
        }
    }

    private Set<AuthMethod> requireAuth(Mistakes mistakes) {
        try {
            return requireAuth.get();
        } catch (InvalidConfigException e) {
            mistakes.add(e, "requireAuth");
            return Set.of();
        }
    }

    private TlsConfig defaultTls() {
        return environmentMode == EnvironmentMode.PRODUCTION ? TlsConfig.verifyFull() : TlsConfig.prefer();
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
            parsed.add(new Endpoint("unknown.invalid", Endpoint.DEFAULT_PORT));
        }
        for (int i = 0; i < replicas.size(); i++) {
            parse(replicas.get(i), "replicas[" + i + "]", parsed, mistakes);
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
