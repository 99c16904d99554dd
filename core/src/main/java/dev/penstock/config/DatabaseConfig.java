package dev.penstock.config;

import dev.penstock.config.ConfigValidation.Draft;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One database and the servers that hold it: everything Penstock needs to know, validated. Immutable, equal by value. If an instance exists it is
 * right; the {@link #builder()} refuses anything else.
 */
public final class DatabaseConfig extends Section {
    private final TlsConfig tls;
    private final TlsPolicy policy;
    private final PoolConfig pool;
    private final TimeoutConfig timeouts;
    private final TopologyConfig topology;
    private final RoutingConfig routing;
    private final RoleConfig roles;
    private final SessionConfig session;
    private final WorkloadConfig workload;
    private final List<DatabaseConfig> neighbours;
    private final Map<Endpoint, Login> replicaLogins;
    private final Provenance provenance;

    /** Not judged yet. */
    private DatabaseConfig(
            Builder builder, Map<Key, Object> filled, TlsConfig tls, TlsPolicy policy, Provenance provenance) {
        super(builder, filled);
        this.tls = tls;
        this.policy = policy;
        this.workload = new WorkloadConfig(builder.workload);
        this.pool = new PoolConfig(builder.pool, workload);
        this.timeouts = new TimeoutConfig(builder.timeouts);
        this.topology = new TopologyConfig(builder.topology);
        this.routing = new RoutingConfig(builder.routing);
        this.roles = new RoleConfig(builder.roles);
        this.session = new SessionConfig(builder.session);
        this.neighbours = builder.neighbours;
        this.replicaLogins = builder.replicaLogins;
        this.provenance = provenance;
    }

    /**
     * The unnamed database of a YAML file, with the environment of the process.
     *
     * @throws InvalidConfigException with every mistake, each with its line or variable
     */
    public static DatabaseConfig load(Path file) {
        return load(file, System.getenv());
    }

    /**
     * The unnamed database ({@code database:}) of a YAML file. With {@link EnvFile#read(Path)} as environment, a
     * {@code .env} file is read as well.
     *
     * @throws InvalidConfigException with every mistake, each with its line or variable
     */
    public static DatabaseConfig load(Path file, Map<String, String> environment) {
        return new ConfigLoader(environment, TlsPolicy::read).load(file);
    }

    /**
     * Every database of a YAML file, with the environment of the process.
     *
     * @throws InvalidConfigException with every mistake of all of them
     */
    public static Map<String, DatabaseConfig> loadAll(Path file) {
        return loadAll(file, System.getenv());
    }

    /**
     * Every database of a YAML file: those below {@code databases:} by their names, in order, and the unnamed one, if
     * there is one, first and as {@code database}.
     *
     * @throws InvalidConfigException with every mistake of all of them
     */
    public static Map<String, DatabaseConfig> loadAll(Path file, Map<String, String> environment) {
        return new ConfigLoader(environment, TlsPolicy::read).loadAll(file);
    }

    /**
     * What the variables of the process say; at least {@code DATABASE_URL} or {@code DATABASE_MASTER_URL}.
     *
     * @throws InvalidConfigException with every mistake, each with its variable
     */
    public static DatabaseConfig fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * What the given variables say; {@link EnvFile#read(Path)} gives those of a {@code .env} file.
     *
     * @throws InvalidConfigException with every mistake, each with its variable
     */
    public static DatabaseConfig fromEnvironment(Map<String, String> environment) {
        return new ConfigLoader(environment, TlsPolicy::read).fromEnvironment();
    }

    /**
     * A connection string as libpq reads it, its gaps filled from the environment of the process.
     *
     * @throws InvalidConfigException with every mistake; no message shows a part of the string that may be a secret
     */
    public static DatabaseConfig fromUri(String uri) {
        return fromUri(uri, System.getenv());
    }

    /**
     * A connection string as libpq reads it, its gaps filled from the given environment; variables that name other
     * servers ({@code DATABASE_URL} and its kin) are left out.
     *
     * @throws InvalidConfigException with every mistake; no message shows a part of the string that may be a secret
     */
    public static DatabaseConfig fromUri(String uri, Map<String, String> environment) {
        return new ConfigLoader(environment, TlsPolicy::read).fromUri(uri);
    }

    /** An empty builder; {@code primary}, {@code database}, {@code user} and {@code password} are required. */
    public static Builder builder() {
        return new Builder(TlsPolicy::read);
    }

    /** Returns where writing is expected to happen at start; after that the servers themselves are asked. */
    public Endpoint primary() {
        return value(Key.URL);
    }

    /** Returns the other servers of the same cluster; may be empty, the same program runs without any. */
    public List<Endpoint> replicas() {
        return value(Key.REPLICA_URL);
    }

    /** Returns the name of the database. */
    public String database() {
        return value(Key.APP_DB);
    }

    /** Returns the role that reads and writes. */
    public String user() {
        return value(Key.USER);
    }

    /** Returns where its password comes from; read anew for every physical connection. */
    public PasswordSource password() {
        return value(Key.PASSWORD);
    }

    /** Returns what a server must prove, and with what material. */
    public TlsConfig tls() {
        return tls;
    }

    /** Returns the TLS standard of the team, as its files were when this was made; {@link #tls()} and {@link #requireAuth()} satisfy it. */
    public TlsPolicy policy() {
        return policy;
    }

    /**
     * Returns libpq's {@code require_auth}: how a server may have a login proven; empty when the environment mode decides, see
     * {@link #requireAuth(Endpoint, Login)}.
     */
    public Set<AuthMethod> requireAuth() {
        return value(Key.REQUIRE_AUTH);
    }

    /** Returns sizes and waiting times. */
    public PoolConfig pool() {
        return pool;
    }

    /** Returns the deadlines below a borrow. */
    public TimeoutConfig timeouts() {
        return timeouts;
    }

    /** Returns which servers there are, and how far a replica may be behind. */
    public TopologyConfig topology() {
        return topology;
    }

    /** Returns which part the primary plays for reads. */
    public RoutingConfig routing() {
        return routing;
    }

    /** Returns what the servers show in {@code pg_stat_activity}; {@code penstock} by default. */
    public String applicationName() {
        return value(Key.APPLICATION_NAME);
    }

    /**
     * Returns which policy applies; development unless said otherwise, and where {@link #origins()} have it as {@code default} nothing goes to a public
     * host in clear text.
     */
    public EnvironmentMode environmentMode() {
        return value(Key.ENVIRONMENT_MODE);
    }

    /** Returns the roles beside {@code user}. */
    public RoleConfig roles() {
        return roles;
    }

    /** Returns what every session starts with. */
    public SessionConfig session() {
        return session;
    }

    /** Returns what opening waits for; the primary by default. */
    public StartPolicy start() {
        return value(Key.START);
    }

    /**
     * Returns the properties of pgjdbc's that were set, by its own names, in alphabetical order; see {@link Builder#driverProperty}. They hold for every
     * session but the monitors'.
     */
    public Map<String, String> driverProperties() {
        return value(Key.DRIVER);
    }

    /** Returns what is expected of the pools. */
    public WorkloadConfig workload() {
        return workload;
    }

    /** Returns the other databases that this process opens; those that a file holds know each other. */
    public List<DatabaseConfig> neighbours() {
        return neighbours;
    }

    /** Returns the replicas that are logged in to otherwise than the primary; see {@link #login}. */
    public Map<Endpoint, Login> replicaLogins() {
        return replicaLogins;
    }

    /** Returns where the values came from; see {@link #origins()} and {@link #warnings()}. */
    public Provenance provenance() {
        return provenance;
    }

    /** Every server, the expected primary first, in the order written. */
    public List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(primary());
        endpoints.addAll(replicas());
        return Collections.unmodifiableList(endpoints);
    }

    /** Who reads and writes on that server: {@code user}, or the login of a replica's own connection string. */
    public Login login(Endpoint endpoint) {
        Login own = replicaLogins.get(endpoint);
        return own == null ? new Login(user(), password()) : own;
    }

    /** Who only reads on that server: as {@link #login}, or {@code ro_user} with {@code read_role: ro_user}. */
    public Login readLogin(Endpoint endpoint) {
        Login readOnly = roles.readOnly();
        return roles.readRole() == ReadRole.RO_USER && readOnly != null ? readOnly : login(endpoint);
    }

    /**
     * How that server may have that login proven. As written; where nothing is: production takes {@code scram-sha-256}, {@code none} with a client
     * certificate under {@code verify-ca} or {@code verify-full}, and {@code password} under {@code verify-full} from a provider, because
     * tokens of clouds are sent so. The other modes take everything, but for a password in clear text on a connection that is neither
     * verified nor within this machine. Where nothing is written, a {@link #policy()} takes away what it does not accept.
     *
     * @return never empty
     */
    public Set<AuthMethod> requireAuth(Endpoint endpoint, Login login) {
        Set<AuthMethod> own = RequireAuth.of(this, endpoint, login);
        return requireAuth().isEmpty() ? TlsPolicyRules.accepted(this, endpoint, own) : own;
    }

    /** Whether that way to prove that login is weaker than what production takes where nothing is written. */
    public boolean isWeak(AuthMethod method, Login login) {
        return RequireAuth.isWeak(this, login, method);
    }

    /** How much of a server's error stands in an exception's text: as {@code session} says, else none in production and all elsewhere. */
    public ErrorDetail errorDetail() {
        ErrorDetail asked = session.errorDetail();
        if (asked != null) {
            return asked;
        }
        return environmentMode() == EnvironmentMode.PRODUCTION ? ErrorDetail.NONE : ErrorDetail.FULL;
    }

    /**
     * Where each value was written, by key: {@code pool_size} → {@code config.yaml:12}, a variable's name,
     * {@code builder} or {@code default}. Of what was built in code, {@code environment_mode} and {@code tls.mode} alone.
     */
    public Map<String, String> origins() {
        return provenance.origins();
    }

    /**
     * Returns every value that counts, defaults included, in the order of {@code docs/configuration.md}: for a report, or an endpoint of an application.
     * What is unset is left out; {@code url}, {@code replica_url} and {@code password} are {@link #endpoints()} and {@link #password()}.
     */
    public List<ConfigValue> values() {
        List<ConfigValue> values = new ArrayList<>();
        for (Key key : Key.ALL) {
            boolean isFirst = Key.allOfComponent(key.component).get(0) == key;
            Object value = isFirst && !key.isWhole() ? effective(key) : null;
            if (value != null && !"".equals(key.type.plain(value))) {
                String name = key.alias.isEmpty() ? key.yamlName : key.alias;
                values.add(new ConfigValue(key.section, key.yamlName, name, key.type.plain(value)));
            }
        }
        return values;
    }

    private @Nullable Object effective(Key key) {
        return switch (key) {
            case POLICY -> policy.files();
            case MAX_OVERFLOW -> pool.maxOverflow() == null ? PoolConfig.AUTO : pool.maxOverflow();
            case IDLE_TIMEOUT -> pool.idleTimeout();
            case PRIMARY_READ_SHARE -> pool.primaryReadShare(!replicas().isEmpty());
            case ERROR_DETAIL -> errorDetail();
            case REQUIRE_AUTH -> requireAuth(primary(), login(primary()));
            default ->
                key.section.equals(Key.TLS_SECTION)
                        ? TlsBinding.value(tls, key)
                        : ((Section) others().getOrDefault(key.section, this)).optional(key);
        };
    }

    /** What an operator should know: ignored and overridden values, and what production would refuse. Log them once. */
    public List<ConfigWarning> warnings() {
        return Stream.of(provenance.warnings(), EnvironmentRules.warnings(this), TlsPolicyRules.warnings(this))
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Why the environment mode or the policy forbids to dial that server, be it configured or found by a discovery: the same is refused of both.
     * Judged by the host's name or literal address alone.
     *
     * @return empty when it may be dialled
     */
    public Optional<Violation> refusal(Endpoint endpoint) {
        return EnvironmentRules.refusal(this, endpoint).or(() -> TlsPolicyRules.refusal(this, endpoint.host()));
    }

    /** The same for the address that its name has now: {@code localhost} may lead to another machine. */
    public Optional<Violation> refusal(Endpoint endpoint, InetAddress address) {
        return EnvironmentRules.refusal(this, endpoint, address)
                .or(() -> TlsPolicyRules.refusal(this, endpoint.host(), address));
    }

    /**
     * Returns the certificates that end sooner than the {@link #policy()} demands, if it holds for the configured servers. For health and status:
     * no connection is refused for it.
     */
    public List<CertificateReport> endingTooSoon(Collection<CertificateReport> shown, Instant now) {
        return TlsPolicyRules.holds(this) ? policy.endingTooSoon(shown, now) : List.of();
    }

    /** What an operator should know about a server that a discovery found, beyond {@link #warnings()}. Log them once. */
    public List<ConfigWarning> warnings(Endpoint found) {
        return EnvironmentRules.warnings(this, found);
    }

    /**
     * The failure of that server with what the environment mode has to do with it: where {@code tls.mode} is not set and the server had to prove
     * itself nevertheless, the remedy names the ways out, and what is known of its platform.
     *
     * @return the failure as it is when it has another reason
     */
    public TlsFailure explained(Endpoint endpoint, TlsFailure failure) {
        return EnvironmentRules.explained(this, endpoint, failure);
    }

    /** The same, in a process that opens {@code others} as well. */
    DatabaseConfig alongside(List<DatabaseConfig> others) {
        Builder builder = new Builder(TlsPolicy::read).from(this);
        builder.pool = pool.toBuilder();
        builder.timeouts = timeouts.toBuilder();
        builder.topology = topology.toBuilder();
        builder.routing = routing.toBuilder();
        builder.roles = roles.toBuilder();
        builder.session = session.toBuilder();
        builder.workload = workload.toBuilder();
        builder.replicaLogins = replicaLogins;
        builder.neighbours = List.copyOf(others);
        return new DatabaseConfig(builder, Map.of(), tls, policy, provenance);
    }

    @Override
    Map<String, Object> others() {
        Map<String, Object> others = new LinkedHashMap<>();
        others.put("tls", tls);
        others.put("policy", policy);
        others.put("pool", pool);
        others.put("timeouts", timeouts);
        others.put("topology", topology);
        others.put("routing", routing);
        others.put("roles", roles);
        others.put("session", session);
        others.put("workload", workload);
        others.put("neighbours", neighbours);
        others.put("replicaLogins", replicaLogins);
        others.put("provenance", provenance);
        return others;
    }

    @Override
    void rules(Mistakes mistakes) {
        if (new LinkedHashSet<>(endpoints()).size() != endpoints().size()) {
            mistakes.add(
                    Key.REPLICA_URL,
                    Key.URL,
                    Violation.of(
                            "DUPLICATE_SERVER",
                            replicas().toString(),
                            "must not name a server twice, or the primary again",
                            "List every server once; the primary is read from as well when no replica can serve."));
        }
        if (!replicas().containsAll(replicaLogins.keySet())) {
            mistakes.add(
                    Key.REPLICA_URL, "NO_SUCH_REPLICA", "", "must belong to replicas", "Name the replica as well.");
        }
        driverProperties()
                .forEach((name, value) -> DriverProperty.judge(name, value, session.pooler())
                        .ifPresent(wrong -> mistakes.add(Key.DRIVER, wrong)));
        EnvironmentRules.violations(this).forEach(mistakes::addComponent);
        TlsPolicyRules.requireAuth(this, TlsPolicyRules.hosts(endpoints())).ifPresent(mistakes::addComponent);
    }

    /**
     * Gathers the components of a {@link DatabaseConfig}. No setter throws: what is wrong, a {@code null} from a variable that is not set included, is
     * kept and told by {@link #build()}, everything at once. Not thread-safe.
     *
     * <p>A section has two setters. One takes the finished section, as {@code pool(config.pool())}. The other changes its builder, as
     * {@code pool(p -> p.size(20).maxWaiting(500))}; what it leaves alone stays as it is.
     */
    public static final class Builder extends Section.Builder<Builder> {
        private @Nullable String primary;
        private List<@Nullable String> replicas = List.of();
        private List<Endpoint> endpoints = List.of();
        private @Nullable String requireAuth;
        private @Nullable Supplier<TlsConfig> tls;
        private final Function<Path[], TlsPolicy> policies;
        private final List<Path> policyFiles = new ArrayList<>();
        private @Nullable TlsPolicy satisfied;
        private PoolConfig.Builder pool = PoolConfig.builder();
        private TimeoutConfig.Builder timeouts = TimeoutConfig.builder();
        private TopologyConfig.Builder topology = TopologyConfig.builder();
        private RoutingConfig.Builder routing = RoutingConfig.builder();
        private RoleConfig.Builder roles = RoleConfig.builder();
        private SessionConfig.Builder session = SessionConfig.builder();
        private WorkloadConfig.Builder workload = WorkloadConfig.builder();
        private final Map<String, String> driverProperties = new TreeMap<>();
        private final Set<String> missing = new LinkedHashSet<>();
        private List<DatabaseConfig> neighbours = List.of();
        private Map<Endpoint, Login> replicaLogins = Map.of();
        private @Nullable Provenance provenance;

        /** @param policies reads the files of a policy, those of the machine included */
        Builder(Function<Path[], TlsPolicy> policies) {
            super("");
            this.policies = policies;
        }

        /** The server expected to be the primary at start: {@code host} or {@code host:port}. Required. */
        public Builder primary(String endpoint) {
            primary = endpoint;
            return this;
        }

        /** The other servers of the cluster, each {@code host} or {@code host:port}; none by default. */
        public Builder replicas(String... servers) {
            replicas = new ArrayList<>(Arrays.asList(servers));
            return this;
        }

        /** The name of the database. Required. */
        public Builder database(String name) {
            return set(Key.APP_DB, name);
        }

        /** The role that reads and writes. Required. */
        public Builder user(String role) {
            return set(Key.USER, role);
        }

        /** Where the role's password comes from. Required. */
        public Builder password(PasswordSource source) {
            return set(Key.PASSWORD, source);
        }

        /**
         * What a server must prove; {@code verify-full} in production, and where {@link #environmentMode} is not set and a server is public;
         * {@code prefer} otherwise, or what a {@link TlsPolicy} demands beyond that. What is given here must satisfy the policy.
         */
        public Builder tls(TlsConfig config) {
            tls = () -> config;
            return this;
        }

        /** The same from its builder, as {@code tls(SslMode.VERIFY_FULL, t -> t.ca(…))}; its mistakes are told by {@link #build()}. */
        public Builder tls(SslMode mode, Consumer<TlsConfig.Builder> changes) {
            TlsConfig.Builder builder = TlsConfig.builder(mode);
            changes.accept(builder);
            tls = builder::build;
            return this;
        }

        /** Adds a file to the policy of this machine, which holds in any case; see {@link TlsPolicy}. {@link #build()} reads them all. */
        public Builder policy(Path file) {
            policyFiles.add(file);
            return this;
        }

        /**
         * How a server may have a login proven: libpq's {@code require_auth}, as {@code scram-sha-256,none} or {@code !password,!none}. Unset, the
         * environment mode decides; see {@link DatabaseConfig#requireAuth(Endpoint, Login)}.
         */
        public Builder requireAuth(String methods) {
            requireAuth = methods;
            return methods == null ? set(Key.REQUIRE_AUTH, null) : leave(Key.REQUIRE_AUTH, null);
        }

        /** Sets the pool's size, overflow and waiting time, and the rest of it to its defaults. The ceiling for one server is {@code size + maxOverflow}. */
        public Builder pool(int size, int maxOverflow, Duration timeout) {
            pool = PoolConfig.builder().size(size).maxOverflow(maxOverflow).timeout(timeout);
            missing.remove("pool");
            return this;
        }

        /** Sizes and waiting times as a whole. */
        public Builder pool(PoolConfig config) {
            pool = of("pool", config, PoolConfig::toBuilder, pool);
            return this;
        }

        /** Changes sizes and waiting times; see {@link PoolConfig}. */
        public Builder pool(Consumer<PoolConfig.Builder> changes) {
            changes.accept(pool);
            return this;
        }

        /** Sets the deadlines of one connect and one statement, and that of closing to its default. */
        public Builder timeouts(Duration connect, Duration statement) {
            timeouts = TimeoutConfig.builder().connect(connect).statement(statement);
            missing.remove("timeouts");
            return this;
        }

        /** All deadlines below a borrow. */
        public Builder timeouts(TimeoutConfig config) {
            timeouts = of("timeouts", config, TimeoutConfig::toBuilder, timeouts);
            return this;
        }

        /** Changes deadlines; see {@link TimeoutConfig}. */
        public Builder timeouts(Consumer<TimeoutConfig.Builder> changes) {
            changes.accept(timeouts);
            return this;
        }

        /** How far a replica may be behind before reads avoid it; 10 s by default. */
        public Builder maxLag(Duration limit) {
            topology.maxLag(limit);
            return this;
        }

        /** Which servers there are, and how far a replica may be behind, as a whole. */
        public Builder topology(TopologyConfig config) {
            topology = of("topology", config, TopologyConfig::toBuilder, topology);
            return this;
        }

        /** Changes how servers are found and judged; see {@link TopologyConfig}. */
        public Builder topology(Consumer<TopologyConfig.Builder> changes) {
            changes.accept(topology);
            return this;
        }

        /** Which part the primary plays for reads, as a whole. */
        public Builder routing(RoutingConfig config) {
            routing = of("routing", config, RoutingConfig::toBuilder, routing);
            return this;
        }

        /** Changes which part the primary plays for reads; see {@link RoutingConfig}. */
        public Builder routing(Consumer<RoutingConfig.Builder> changes) {
            changes.accept(routing);
            return this;
        }

        /** What the servers show in {@code pg_stat_activity}; {@code penstock} by default. */
        public Builder applicationName(String name) {
            return set(Key.APPLICATION_NAME, name);
        }

        /** Which policy applies. Unset, it is development, but that a public host is sent nothing in clear text. */
        public Builder environmentMode(EnvironmentMode mode) {
            return set(Key.ENVIRONMENT_MODE, mode);
        }

        /** The roles beside {@code user} as a whole; none by default. */
        public Builder roles(RoleConfig config) {
            roles = of("roles", config, RoleConfig::toBuilder, roles);
            return this;
        }

        /** Changes the roles beside {@code user}; see {@link RoleConfig}. */
        public Builder roles(Consumer<RoleConfig.Builder> changes) {
            changes.accept(roles);
            return this;
        }

        /** What every session starts with, as a whole. */
        public Builder session(SessionConfig config) {
            session = of("session", config, SessionConfig::toBuilder, session);
            return this;
        }

        /** Changes what every session starts with; see {@link SessionConfig}. */
        public Builder session(Consumer<SessionConfig.Builder> changes) {
            changes.accept(session);
            return this;
        }

        /**
         * Sets a property of pgjdbc's by the driver's own name: {@code driverProperty("reWriteBatchedInserts", "true")}. A name that the driver does not
         * have, one that has a key here, and one that would choose hosts, name classes or switch checks off are mistakes;
         * docs/configuration.md lists them all.
         */
        public Builder driverProperty(String name, String value) {
            driverProperties.put(String.valueOf(name), String.valueOf(value));
            return set(Key.DRIVER, Collections.unmodifiableMap(new TreeMap<>(driverProperties)));
        }

        /** Sets all of them, in place of those set before; see {@link #driverProperty}. */
        public Builder driverProperties(Map<String, String> byName) {
            driverProperties.clear();
            if (byName == null) {
                return set(Key.DRIVER, null);
            }
            byName.forEach(this::driverProperty);
            return set(Key.DRIVER, Collections.unmodifiableMap(new TreeMap<>(driverProperties)));
        }

        /** What opening waits for; the primary by default. */
        public Builder start(StartPolicy policy) {
            return set(Key.START, policy);
        }

        /** What is expected of the pools, for their sizing, as a whole; nothing by default. */
        public Builder workload(WorkloadConfig config) {
            workload = of("workload", config, WorkloadConfig::toBuilder, workload);
            return this;
        }

        /** Changes what is expected of the pools; see {@link WorkloadConfig}. */
        public Builder workload(Consumer<WorkloadConfig.Builder> changes) {
            changes.accept(workload);
            return this;
        }

        /** Other databases that this process opens: on a server they share, the pools must fit together. */
        public Builder alongside(DatabaseConfig... others) {
            neighbours = List.of(others);
            return this;
        }

        /** Servers that were read already, the primary first. */
        Builder endpoints(List<Endpoint> servers) {
            endpoints = servers;
            return this;
        }

        Builder replicaLogins(Map<Endpoint, Login> logins) {
            replicaLogins = Map.copyOf(logins);
            return this;
        }

        /** Takes a policy that the TLS configuration was judged by already. */
        Builder satisfies(TlsPolicy policy) {
            satisfied = policy;
            return this;
        }

        Builder provenance(Provenance places) {
            provenance = places;
            return this;
        }

        /** The builder of the key's section, TLS aside. */
        Section.Builder<?> sectionOf(Key key) {
            return sections().getOrDefault(key.section, this);
        }

        PoolConfig.Builder pool() {
            return pool;
        }

        WorkloadConfig workload() {
            return new WorkloadConfig(workload);
        }

        private Map<String, Section.Builder<?>> sections() {
            return Map.of(
                    "pool", pool,
                    "timeouts", timeouts,
                    "topology", topology,
                    "routing", routing,
                    "roles", roles,
                    "session", session,
                    "workload", workload);
        }

        /** @throws InvalidConfigException with every mistake made in any call above */
        public DatabaseConfig build() {
            return build(new Mistakes());
        }

        /**
         * @param known mistakes that are told with those of the build
         * @throws InvalidConfigException with all of them
         */
        DatabaseConfig build(Mistakes known) {
            Map<Key, Object> filled = new EnumMap<>(Key.class);
            List<Endpoint> servers = endpoints.isEmpty() ? parsed(known) : endpoints;
            filled.put(Key.URL, servers.get(0));
            filled.put(Key.REPLICA_URL, List.copyOf(servers.subList(1, servers.size())));
            required(Key.APP_DB, "unknown", "Call database(name).", filled, known);
            required(Key.USER, "unknown", "Call user(role).", filled, known);
            required(
                    Key.PASSWORD,
                    PasswordSource.env("PENSTOCK_PASSWORD_NOT_SET"),
                    "Call password(PasswordSource.dockerSecret(name)), .file(path) or .env(variable).",
                    filled,
                    known);
            Object methods = requireAuth == null ? null : Key.REQUIRE_AUTH.read(requireAuth, known);
            if (methods != null) {
                filled.put(Key.REQUIRE_AUTH, methods);
            }
            for (String section : missing) {
                known.add(Key.allOfSection(section).get(0), unset(section, NOT_NULL));
            }
            TlsPolicy policy = policy(known);
            Map<String, String> places = origins();
            TlsConfig made = tls(policy, servers, places, known);
            DatabaseConfig config = new DatabaseConfig(
                    this,
                    filled,
                    made,
                    policy,
                    provenance == null ? new Provenance("", places, List.of()) : provenance);
            ConfigValidation.judged(new Draft(this, config, known)).throwIfAny();
            return config;
        }

        void judgeAll(DatabaseConfig config, Mistakes mistakes) {
            pool.judge(config.pool, mistakes);
            timeouts.judge(config.timeouts, mistakes);
            topology.judge(config.topology, mistakes);
            routing.judge(config.routing, mistakes);
            roles.judge(config.roles, mistakes);
            session.judge(config.session, mistakes);
            workload.judge(config.workload, mistakes);
            judge(config, mistakes);
        }

        // A value stands in for what is already known to be wrong, so that the rest is still checked.

        private void required(Key key, Object standIn, String remedy, Map<Key, Object> filled, Mistakes known) {
            if (given(key) == null) {
                filled.put(key, standIn);
                if (!isNull(key) && !known.has(key)) {
                    known.add(key, "REQUIRED", "", "must be set", remedy);
                }
            }
        }

        private <S extends Section, B> B of(String name, @Nullable S section, Function<S, B> toBuilder, B before) {
            if (section == null) {
                missing.add(name);
                return before;
            }
            missing.remove(name);
            return toBuilder.apply(section);
        }

        private TlsPolicy policy(Mistakes known) {
            if (satisfied != null) {
                return satisfied;
            }
            TlsPolicy read = policies.apply(policyFiles.toArray(Path[]::new));
            read.faults().forEach(fault -> known.add(Key.POLICY, fault));
            return read;
        }

        private TlsConfig tls(TlsPolicy policy, List<Endpoint> servers, Map<String, String> places, Mistakes known) {
            try {
                TlsConfig asked = tls == null ? defaultTls(servers) : tls.get();
                if (asked == null) {
                    known.add(Key.SSLMODE, unset("tls", NOT_NULL));
                } else if (satisfied != null) {
                    return asked;
                } else {
                    Set<String> written = tls == null ? Set.of() : TlsPolicy.written(asked);
                    TlsPolicy.Verdict verdict = policy.judge(asked.toBuilder(), written, TlsPolicyRules.hosts(servers));
                    verdict.breaches()
                            .forEach(breach -> known.addComponent(TlsPolicyRules.violation(breach, Violation.IN_CODE)));
                    places.putAll(verdict.given());
                    return verdict.completed().build();
                }
            } catch (InvalidConfigException e) {
                e.violations().forEach(known::addComponent);
            }
            return TlsConfig.verifyFull();
        }

        private TlsConfig defaultTls(List<Endpoint> servers) {
            EnvironmentMode given = (EnvironmentMode) given(Key.ENVIRONMENT_MODE);
            EnvironmentMode mode = Objects.requireNonNullElse(given, EnvironmentMode.DEVELOPMENT);
            return EnvironmentRules.verifyByDefault(mode, given != null, servers)
                    ? TlsConfig.verifyFull()
                    : TlsConfig.prefer();
        }

        /** The primary, or what stands in for it, and the replicas that can be read. */
        private List<Endpoint> parsed(Mistakes known) {
            List<Endpoint> servers = new ArrayList<>();
            if (primary == null) {
                known.add(Key.URL, unset("primary", "Call primary(\"host:port\")."));
            } else {
                parse(Key.URL, primary, "primary", servers, known);
            }
            if (servers.isEmpty()) {
                // On this machine: no rule about servers elsewhere is broken by one that is not known.
                servers.add(new Endpoint("unknown.localhost", Endpoint.DEFAULT_PORT));
            }
            for (int i = 0; i < replicas.size(); i++) {
                String path = "replicas[" + i + "]";
                String replica = replicas.get(i);
                if (replica == null) {
                    known.add(Key.REPLICA_URL, unset(path, NOT_NULL));
                } else {
                    parse(Key.REPLICA_URL, replica, path, servers, known);
                }
            }
            return servers;
        }

        private static void parse(Key key, String text, String path, List<Endpoint> parsed, Mistakes known) {
            try {
                parsed.add(Endpoint.parse(text));
            } catch (InvalidConfigException e) {
                known.add(key, e, path, Violation.IN_CODE);
            }
        }

        private static Violation unset(String path, String remedy) {
            return new Violation(path, "REQUIRED", "", "must be set", Violation.IN_CODE, remedy);
        }

        /** Of what the rules of the environment depend on, whether somebody called it. */
        private Map<String, String> origins() {
            Map<String, String> origins = new LinkedHashMap<>();
            origins.put(Key.ENVIRONMENT_MODE.yamlName(), told(given(Key.ENVIRONMENT_MODE)));
            origins.put(Key.SSLMODE.yamlName(), told(tls));
            return origins;
        }

        private static String told(@Nullable Object given) {
            return given == null ? Setting.DEFAULT : Violation.IN_CODE;
        }
    }
}
