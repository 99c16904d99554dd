package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One database and the servers that hold it: everything Penstock needs to know, validated. Immutable. If an instance
 * exists it is right; the {@link #builder()} and the constructor refuse anything else.
 *
 * @param primary where writing is expected to happen at start; after that the servers themselves are asked
 * @param replicas the other servers of the same cluster; may be empty, the same program runs without any
 * @param database the name of the database
 * @param user the role that reads and writes
 * @param password where its password comes from; read anew for every physical connection
 * @param tls what a server must prove, and with what material
 * @param policy the TLS standard of the team, as its files were when this was made; {@code tls} and {@code requireAuth} satisfy it
 * @param requireAuth libpq's {@code require_auth}: how a server may have a login proven; empty when the environment mode decides, see
 *     {@link #requireAuth(Endpoint, Login)}
 * @param pool sizes and waiting times
 * @param timeouts deadlines below a borrow
 * @param topology which servers there are, and how far a replica may be behind
 * @param routing which part the primary plays for reads
 * @param applicationName what the servers show in {@code pg_stat_activity}; {@code penstock} by default
 * @param environmentMode which policy applies; development unless said otherwise, and where {@link #origins()} have it as {@code default} nothing
 *     goes to a public host in clear text
 * @param roles the roles beside {@code user}
 * @param session what every session starts with
 * @param start what opening waits for
 * @param workload what is expected of the pools
 * @param neighbours the other databases that this process opens; those that a file holds know each other
 * @param replicaLogins the replicas that are logged in to otherwise than the primary; see {@link #login}
 * @param provenance where the values came from; see {@link #origins()} and {@link #warnings()}
 */
public record DatabaseConfig(
        Endpoint primary,
        List<Endpoint> replicas,
        String database,
        String user,
        PasswordSource password,
        TlsConfig tls,
        TlsPolicy policy,
        Set<AuthMethod> requireAuth,
        PoolConfig pool,
        TimeoutConfig timeouts,
        TopologyConfig topology,
        RoutingConfig routing,
        String applicationName,
        EnvironmentMode environmentMode,
        RoleConfig roles,
        SessionConfig session,
        StartPolicy start,
        WorkloadConfig workload,
        List<DatabaseConfig> neighbours,
        Map<Endpoint, Login> replicaLogins,
        Provenance provenance) {

    /** @throws InvalidConfigException with every mistake */
    public DatabaseConfig(
            Endpoint primary,
            List<Endpoint> replicas,
            String database,
            String user,
            PasswordSource password,
            TlsConfig tls,
            TlsPolicy policy,
            Set<AuthMethod> requireAuth,
            PoolConfig pool,
            TimeoutConfig timeouts,
            TopologyConfig topology,
            RoutingConfig routing,
            String applicationName,
            EnvironmentMode environmentMode,
            RoleConfig roles,
            SessionConfig session,
            StartPolicy start,
            WorkloadConfig workload,
            List<DatabaseConfig> neighbours,
            Map<Endpoint, Login> replicaLogins,
            Provenance provenance) {
        this.primary = Objects.requireNonNull(primary, "primary");
        this.replicas = List.copyOf(replicas);
        this.database = Objects.requireNonNull(database, "database");
        this.user = Objects.requireNonNull(user, "user");
        this.password = Objects.requireNonNull(password, "password");
        this.tls = Objects.requireNonNull(tls, "tls");
        this.policy = Objects.requireNonNull(policy, "policy");
        this.requireAuth = Set.copyOf(requireAuth);
        this.pool = Objects.requireNonNull(pool, "pool");
        this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
        this.topology = Objects.requireNonNull(topology, "topology");
        this.routing = Objects.requireNonNull(routing, "routing");
        this.applicationName = Objects.requireNonNull(applicationName, "applicationName");
        this.environmentMode = Objects.requireNonNull(environmentMode, "environmentMode");
        this.roles = Objects.requireNonNull(roles, "roles");
        this.session = Objects.requireNonNull(session, "session");
        this.start = Objects.requireNonNull(start, "start");
        this.workload = Objects.requireNonNull(workload, "workload");
        this.neighbours = List.copyOf(neighbours);
        this.replicaLogins = Map.copyOf(replicaLogins);
        this.provenance = Objects.requireNonNull(provenance, "provenance");
        ConfigRules.check(this);
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
    public static DatabaseConfigBuilder builder() {
        return new DatabaseConfigBuilder(TlsPolicy::read);
    }

    /** Every server, the expected primary first, in the order written. */
    public List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(primary);
        endpoints.addAll(replicas);
        return Collections.unmodifiableList(endpoints);
    }

    /** Who reads and writes on that server: {@code user}, or the login of a replica's own connection string. */
    public Login login(Endpoint endpoint) {
        Login own = replicaLogins.get(endpoint);
        return own == null ? new Login(user, password) : own;
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
        return requireAuth.isEmpty() ? TlsPolicyRules.accepted(this, endpoint, own) : own;
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
        return environmentMode == EnvironmentMode.PRODUCTION ? ErrorDetail.NONE : ErrorDetail.FULL;
    }

    /**
     * Where each value was written, by key: {@code pool_size} → {@code config.yaml:12}, a variable's name,
     * {@code builder} or {@code default}. Of what was built in code, {@code environment_mode} and {@code tls.mode} alone.
     */
    public Map<String, String> origins() {
        return provenance.origins();
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
        return new DatabaseConfig(
                primary,
                replicas,
                database,
                user,
                password,
                tls,
                policy,
                requireAuth,
                pool,
                timeouts,
                topology,
                routing,
                applicationName,
                environmentMode,
                roles,
                session,
                start,
                workload,
                others,
                replicaLogins,
                provenance);
    }

    Set<Endpoint> distinctEndpoints() {
        return new LinkedHashSet<>(endpoints());
    }
}
