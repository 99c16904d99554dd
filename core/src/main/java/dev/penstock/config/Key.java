package dev.penstock.config;

import static dev.penstock.config.KeyType.duration;
import static dev.penstock.config.KeyType.elsewhere;
import static dev.penstock.config.KeyType.identifier;
import static dev.penstock.config.KeyType.integer;
import static dev.penstock.config.KeyType.list;
import static dev.penstock.config.KeyType.login;
import static dev.penstock.config.KeyType.methods;
import static dev.penstock.config.KeyType.path;
import static dev.penstock.config.KeyType.printable;
import static dev.penstock.config.KeyType.properties;
import static dev.penstock.config.KeyType.schema;
import static dev.penstock.config.KeyType.settings;
import static dev.penstock.config.KeyType.share;
import static dev.penstock.config.KeyType.sni;
import static dev.penstock.config.KeyType.source;
import static dev.penstock.config.KeyType.text;
import static dev.penstock.config.KeyType.urls;
import static dev.penstock.config.KeyType.variable;
import static dev.penstock.config.KeyType.word;

import dev.penstock.config.KeyType.Fault;
import dev.penstock.secret.FilePermissions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.tls.CertValidation;
import dev.penstock.tls.ChannelBinding;
import dev.penstock.tls.Sni;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.SslNegotiation;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.tls.TlsVersion;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every key of a database's configuration, one row each: the one table that builders, files, variables, connection strings, {@code resolve},
 * messages, "did you mean" and {@code docs/configuration.md} read. A new key is one row here, one accessor with its setter in its section, and
 * one use. The order is that of the documentation and of the report of mistakes. The names, defaults and bounds of the first rows are the
 * ones that operators' files carry already.
 */
enum Key {
    URL(row("primary", "url", elsewhere(Endpoint.class))
            .variable("DATABASE_URL", "DATABASE_MASTER_URL")
            .secret()
            .says("Where the database is: a connection string as libpq reads it. Its components win over the"
                    + " keys below; the keys fill its gaps. DATABASE_MASTER_URL is another name of the"
                    + " variable")),
    REPLICA_URL(row("replicas", "replica_url", elsewhere(List.class))
            .secret()
            .empty(List.of())
            .says("The other servers of the cluster: one connection string, or several separated by commas"
                    + " (in YAML also a list). Each may have its own user, password and port")),
    APP_DB(row("database", "app_db", printable())
            .variable("APP_DB")
            .unnamed("appdb", "the name in operators' files")
            .says("The database, where the connection string names none")),
    OWNER_USER(row("roles.ownerUser", "owner_user", printable())
            .variable("APP_DB_OWNER")
            .unnamed("appowner", "the name in operators' files")
            .says("The role that owns the tables. It cannot log in: migrations log in as migration_user and"
                    + " take this role")),
    USER(row("user", "user", printable())
            .variable("APP_DB_USER")
            .unnamed("appuser", "the name in operators' files")
            .says("The role that reads and writes, where the connection string names none")),
    RO_USER(row("roles.readOnly", "ro_user", login())
            .variable("APP_DB_RO_USER")
            .unnamed("backupuser", "the name in operators' files")
            .says("A role that may only read; used for reads with read_role: ro_user")),
    READ_ROLE(row("roles.readRole", "read_role", word(ReadRole.class))
            .byDefault(ReadRole.USER, "grants and row-level policies are the same on both sides")
            .says("Who reads")),
    MIGRATION_USER(row("roles.migration", "migration_user", login())
            .variable("APP_DB_MIGRATION_USER")
            .says("The role that migrations log in as; it must be a member of owner_user")),
    PASSWORD(row("password", "password", elsewhere(PasswordSource.class))
            .variable()
            .secret()
            .says("A literal, for development: refused in production. Prefer the two keys below")),
    USER_PW_FILE_PATH(row("password", "user_pw_file_path", path())
            .variable("DATABASE_PASSWORD_FILE_PATH")
            .place()
            .unnamed("/run/secrets/postgres_app_user_pw", "where Docker mounts it")
            .says("The file that holds the password of user; asked first")),
    USER_PW_ENV_VAR(row("password", "user_pw_env_var", variable())
            .variable("DATABASE_PASSWORD_ENV_VAR")
            .place()
            .unnamed("POSTGRES_APP_USER_PW", "the name in operators' files")
            .says("The NAME of the variable that holds the password of user; asked second, before the"
                    + " connection string's own password. In development APP_DB_USER_PW is asked too")),
    RO_USER_PW_FILE_PATH(row("roles.readOnly", "ro_user_pw_file_path", path())
            .variable("DATABASE_RO_PASSWORD_FILE_PATH")
            .place()
            .unnamed("/run/secrets/postgres_app_ro_pw", "where Docker mounts it")
            .says("As user_pw_file_path, for ro_user")),
    RO_USER_PW_ENV_VAR(row("roles.readOnly", "ro_user_pw_env_var", variable())
            .variable("DATABASE_RO_PASSWORD_ENV_VAR")
            .place()
            .unnamed("POSTGRES_APP_RO_PW", "the name in operators' files")
            .says("As user_pw_env_var, for ro_user")),
    MIGRATION_USER_PW_FILE_PATH(row("roles.migration", "migration_user_pw_file_path", path())
            .variable("DATABASE_MIGRATION_PASSWORD_FILE_PATH")
            .place()
            .unnamed("/run/secrets/postgres_migration_user_pw", "where Docker mounts it")
            .says("As user_pw_file_path, for migration_user")),
    MIGRATION_USER_PW_ENV_VAR(row("roles.migration", "migration_user_pw_env_var", variable())
            .variable("DATABASE_MIGRATION_PASSWORD_ENV_VAR")
            .place()
            .unnamed("POSTGRES_MIGRATION_USER_PW", "the name in operators' files")
            .says("As user_pw_env_var, for migration_user")),
    PRIVILEGED_LOGIN(row("roles.privilegedLogin", "privileged_login", word(PrivilegedLogin.class))
            .byDefault(PrivilegedLogin.WARN, "managed platforms hand out such roles")
            .says("What is done when user, ro_user or migration_user is a superuser or has BYPASSRLS, so"
                    + " that no grant or policy holds: a warning for as long as it is so, or opening"
                    + " fails")),
    ENVIRONMENT_MODE(row("environmentMode", "environment_mode", word(EnvironmentMode.class))
            .variable("APP_ENVIRONMENT")
            .byDefault(EnvironmentMode.DEVELOPMENT, "a checkout runs as it is")
            .says("The policy: what production refuses, the others allow with a warning. Unset, it is"
                    + " development, but nothing goes to a public host in clear text")),
    REQUIRE_AUTH(row("requireAuth", "require_auth", methods())
            .url("require_auth")
            .driver("requireAuth")
            .empty(Set.of())
            .says("How a server may have a login proven, as libpq has it: a list of scram-sha-256, md5,"
                    + " password, none, gss, sspi, or of these with ! before each. Unset, the environment"
                    + " mode decides")),
    POLICY(row("policy", "policy", elsewhere(TlsPolicy.class, "a path"))
            .variable("PENSTOCK_POLICY")
            .place()
            .says("A file with the TLS standard of a team, in addition to /etc/penstock/policy.conf. Key and"
                    + " variable both count, and the stricter line holds: docs/tls-policy.md")),
    POOL_SIZE(row("pool.size", "pool_size", integer(1, 100).or(PoolConfig.AUTO))
            .url("pool_size")
            .byDefault(20, "what operators' files carry")
            .says("Connections to one server that stay once they were needed, for writing and reading together. With"
                    + " auto, which workload implies, the size is found when the database is opened, and"
                    + " max_overflow with it unless that is set")),
    MAX_OVERFLOW(row("pool.maxOverflow", "max_overflow", integer(0, 100))
            .url("max_overflow")
            .byDefault(10, "what operators' files carry")
            .derived()
            .says("Connections above pool_size that come and go with the load. Together they are the ceiling"
                    + " for one server, whatever its role")),
    POOL_TIMEOUT(row("pool.timeout", "pool_timeout", duration(1, 300))
            .url("pool_timeout")
            .byDefault(Duration.ofSeconds(30), "what operators' files carry")
            .says("How long a borrow may wait before it fails")),
    POOL_RECYCLE(row("pool.recycle", "pool_recycle", duration(300, 7200))
            .url("pool_recycle")
            .byDefault(Duration.ofSeconds(1800), "below the idle limits of common firewalls and proxies")
            .says("The age at which a connection is replaced")),
    IDLE_TIMEOUT(row("pool.idleTimeout", "idle_timeout", duration(10, 7199))
            .byDefault(Duration.ofSeconds(600), "less where pool_recycle is shorter")
            .derived()
            .says("How long connections above pool_size stay after they were needed; at least 1 s below pool_recycle")),
    KEEPALIVE(row("pool.keepalive", "keepalive", duration(0, 5400))
            .byDefault(Duration.ofSeconds(120), "below what firewalls and proxies forget")
            .says("How often an idle connection is asked whether it is alive, so that nothing on the way"
                    + " forgets it. 0 for never, else 30 s to three quarters of pool_recycle")),
    MAX_WAITING(row("pool.maxWaiting", "max_waiting", integer(1, 1_000_000))
            .byDefault(10_000, "a bound on what an outage can pile up")
            .says("How many callers may wait for one server; who comes then is refused at once (53300)")),
    PRIMARY_READ_SHARE(row("pool.primaryReadShare", "primary_read_share", share())
            .says("The part of the primary's ceiling that reads may take. Unset: all of it without replicas,"
                    + " a quarter with them, so that losing every replica cannot starve writes")),
    CONNECT_TIMEOUT(row("timeouts.connect", "connect_timeout", duration(1, 300))
            .url("connect_timeout")
            .driver("connectTimeout")
            .byDefault(Duration.ofSeconds(10), "outlasts three retransmissions of TCP's first packet")
            .says("One physical connect as a whole: name resolution, TCP, TLS and authentication")),
    CLOSE_TIMEOUT(row("timeouts.close", "close_timeout", duration(0, 300))
            .byDefault(Duration.ofSeconds(1), "closing ends within 2 s when the servers answer")
            .says("How long closing waits for work in flight before it breaks its connections")),
    STATEMENT_TIMEOUT(row("timeouts.statement", "statement_timeout", duration(1, 86_400))
            .byDefault(Duration.ofSeconds(60), "a caller of a web request has gone by then")
            .says("How long the server lets one statement run; the socket gives up 5 s later")),
    MAX_LAG(row("topology.maxLag", "max_lag", duration(2, 86_400))
            .byDefault(Duration.ofSeconds(10), "ten probe intervals")
            .says("How far a replica may be behind before reads avoid it. Less than two probe intervals"
                    + " would send every read to the primary by accident")),
    MAX_LAG_MB(row("topology.maxLagMegabytes", "max_lag_mb", integer(1, 1_048_576))
            .says("The same in MiB of WAL; a replica is left at the first limit that it passes. Unset: no such limit")),
    DISCOVERY(row("topology.discovery", "discovery", word(DiscoveryMethod.class))
            .byDefault(DiscoveryMethod.STATIC, "nobody else is asked")
            .says("How the servers are found: as configured; as every address of the configured names; from"
                    + " Patroni, beginning with the configured ones")),
    PATRONI_URLS(row("topology.patroniUrls", "patroni_urls", urls())
            .empty(List.of())
            .says("Base URLs of Patroni's REST API, separated by commas, with discovery: patroni")),
    SYSTEM_IDENTIFIER(row("topology.systemIdentifier", "system_identifier", identifier())
            .says("What every server must show (select system_identifier from pg_control_system()). Unset:"
                    + " that of the first one that answers")),
    ON_NO_REPLICA(row("routing.onNoReplica", "on_no_replica", word(OnNoReplica.class))
            .byDefault(OnNoReplica.PRIMARY, "reads go on")
            .says("Where a read goes that no replica can serve: to the primary, within primary_read_share,"
                    + " or nowhere (08001)")),
    PRIMARY_READ_WEIGHT(row("routing.primaryReadWeight", "primary_read_weight", share())
            .byDefault(0.0, "leaves it to writes")
            .says("How much of the reads the primary takes beside its replicas: 0 leaves it to writes, 1"
                    + " makes it as good a reader as each of them")),
    APPLICATION_NAME(row("applicationName", "application_name", printable())
            .url("application_name")
            .driver("ApplicationName")
            .byDefault("penstock", "tells its sessions from others")
            .says("What the servers show in pg_stat_activity")),
    SCHEMA(row("session.schema", "schema", schema())
            .url("schema")
            .driver("currentSchema")
            .says("The schema that unqualified names are looked up in, or several separated by commas; each"
                    + " is taken as it is written, capitals included. Unset, the server decides")),
    OPTIONS(row("session.settings", "options", settings())
            .url("options")
            .empty(Map.of())
            .says("Server settings of every session, as libpq writes them: -c name=value")),
    DRIVER(row("driverProperties", "driver", properties())
            .empty(Map.of())
            .says("A section of pgjdbc's own properties by their names, such as reWriteBatchedInserts; see"
                    + " [below](#properties-of-the-driver)")),
    HYGIENE(row("session.hygiene", "hygiene", word(Hygiene.class))
            .byDefault(Hygiene.TAINTED, "a session that nobody changed costs no reset")
            .says("When a session is reset (DISCARD ALL) before the next borrower gets it: when something"
                    + " may have been left behind, or after every borrow, for functions that hide what"
                    + " they set")),
    POOLER(row("session.pooler", "pooler", word(Pooler.class))
            .byDefault(Pooler.NONE, "the server itself is dialled")
            .says("What stands in between. transaction (PgBouncer) leaves out what cannot work there:"
                    + " prepared statements, startup settings, resets")),
    ERROR_DETAIL(row("session.errorDetail", "error_detail", word(ErrorDetail.class))
            .says("What an exception's text has of the server's error: detail, hint, position and a failed"
                    + " batch's values as well, or the message alone. Unset: none in production, full"
                    + " elsewhere")),
    START(row("start", "start", word(StartPolicy.class))
            .byDefault(StartPolicy.PRIMARY, "writes work from the first call")
            .says("What opening waits for: the primary, or any server")),
    WORKLOAD(row("workload.preset", "workload", word(WorkloadPreset.class, WorkloadPreset::word))
            .says("What the work is like: pool_size is found unless it is set, and pool_timeout and"
                    + " pool_recycle are the preset's unless they are")),
    INSTANCES(row("workload.instances", "instances", integer(1, 10_000))
            .says("Processes that run with this configuration. Declared, opening refuses pools that do not"
                    + " fit into max_connections for all of them")),
    DEPLOY_SURGE(row("workload.deploySurge", "deploy_surge", integer(0, 1000))
            .byDefault(1, "a rolling deploy starts the new before it ends the old")
            .says("Processes that run besides while a deploy replaces them")),
    REQUESTS_PER_SECOND(row("workload.requestsPerSecond", "requests_per_second", integer(1, 1_000_000))
            .says("How often one process is expected to take a connection")),
    READ_SHARE(row("workload.readShare", "read_share", share())
            .says("The part of requests_per_second that reads. Unset: every server is planned for all of them")),
    AVG_QUERY_TIME_MS(row("workload.avgQueryTimeMillis", "avg_query_time_ms", integer(1, 60_000))
            .says("The mean time, in milliseconds, until a connection is returned")),
    P99_WAIT_MS(row("workload.p99WaitMillis", "p99_wait_ms", integer(1, 60_000))
            .says("The wait for a connection, in milliseconds, that one borrow in a hundred may exceed")),
    MAX_CONCURRENT_REQUESTS(row("workload.maxConcurrentRequests", "max_concurrent_requests", integer(1, 100_000))
            .says("Requests, jobs or threads of one process that may hold connections at once")),
    CONNECTIONS_PER_REQUEST(row("workload.connectionsPerRequest", "connections_per_request", integer(1, 100))
            .byDefault(1, "most requests hold one")
            .says("The most connections that one of them holds at the same time; above 1, a pool that could"
                    + " deadlock is refused")),
    SERVER_CORES(row("workload.serverCores", "server_cores", integer(1, 1024))
            .says("Cores of the database server, for the share of each process")),
    SSLMODE(row("tls.mode", "tls.mode", word(SslMode.class, SslMode::libpqName))
            .libpq("sslmode")
            .variable("POSTGRES_SSL_MODE")
            .floor()
            .says("What a server must prove, with libpq's meanings. Unset: verify-full in production and"
                    + " with a CA that is system, else prefer. The variable is a floor: the stronger of it"
                    + " and what is written elsewhere wins")),
    CERT_VALIDATION(row("tls.certValidation", "tls.cert_validation", word(CertValidation.class))
            .alias("cert_validation")
            .variable("POSTGRES_SSL_CERT_VALIDATION")
            .byDefault(CertValidation.BY_MODE, "what mode and CA ask for is verified")
            .says("none says aloud that the certificate is not verified: private networks of fly.io, Railway, Render")),
    SSLROOTCERT(row("tls.ca", "tls.ca", source())
            .libpq("sslrootcert")
            .variable("POSTGRES_SSL_ROOT_CERT")
            .place()
            .says("A PEM file with any number of CAs, a directory of such, PEM text, or system. Unset with"
                    + " verify-full: system. Given, require verifies the chain too (libpq's rule)")),
    SSLCERT(row("tls.cert", "tls.cert", source())
            .libpq("sslcert")
            .variable("POSTGRES_SSL_CERT")
            .place()
            .says("The client certificate: a file, or PEM text")),
    SSLKEY(row("tls.key", "tls.key", source())
            .libpq("sslkey")
            .variable("POSTGRES_SSL_KEY")
            .place()
            .says("Its private key; unset when tls.cert holds both")),
    SSLPASSWORD_FILE(row("tls.keyPassword", "tls.key_password_file", path())
            .alias("sslpassword_file")
            .variable("POSTGRES_SSL_KEY_PASSWORD_FILE")
            .place()
            .says("The file that holds the password of an encrypted key")),
    SSLCRL(row("tls.crl", "tls.crl", source())
            .libpq("sslcrl")
            .url("sslcrldir")
            .variable("POSTGRES_SSL_CRL")
            .place()
            .says("Revocation lists: a file, or a directory")),
    SSL_MIN_VERSION(row("tls.minVersion", "tls.min_version", word(TlsVersion.class, TlsVersion::libpqName))
            .libpq("ssl_min_protocol_version")
            .variable("POSTGRES_SSL_MIN_PROTOCOL_VERSION")
            .byDefault(TlsVersion.TLS_1_2, "libpq's own; older versions are retired (RFC 8996)")
            .says("The oldest version of TLS that is spoken")),
    SSL_MAX_VERSION(row("tls.maxVersion", "tls.max_version", word(TlsVersion.class, TlsVersion::libpqName))
            .libpq("ssl_max_protocol_version")
            .variable("POSTGRES_SSL_MAX_PROTOCOL_VERSION")
            .says("Unset: the newest that both sides know")),
    SSL_CIPHERS(row("tls.ciphers", "tls.ciphers", list())
            .alias("ssl_ciphers")
            .variable("POSTGRES_SSL_CIPHERS")
            .empty(List.of())
            .says("JSSE names in order of preference, separated by commas or colons; unset, the runtime's own list")),
    SSLSNI(row("tls.sni", "tls.sni", sni())
            .libpq("sslsni")
            .variable("POSTGRES_SSL_SNI")
            .byDefault(Sni.auto(), "libpq's own")
            .says("The name in the TLS hello: auto (or 1) for the host, off (or 0) for none, else the name itself")),
    VERIFY_NAME(row("tls.verifyName", "tls.verify_name", text())
            .alias("ssl_verify_name")
            .variable("POSTGRES_SSL_VERIFY_NAME")
            .says("The name that verify-full looks for, when it is not the host that is dialled")),
    CHANNEL_BINDING(row("tls.channelBinding", "tls.channel_binding", word(ChannelBinding.class))
            .libpq("channel_binding")
            .driver("channelBinding")
            .variable("POSTGRES_SSL_CHANNEL_BINDING")
            .byDefault(ChannelBinding.PREFER, "libpq's own")
            .says("Whether the login is tied to the TLS connection")),
    SSLNEGOTIATION(row("tls.negotiation", "tls.negotiation", word(SslNegotiation.class))
            .libpq("sslnegotiation")
            .driver("sslNegotiation")
            .variable("POSTGRES_SSL_NEGOTIATION")
            .byDefault(SslNegotiation.POSTGRES, "every server understands it")
            .says("How TLS begins; direct saves a round trip and needs a server of PostgreSQL 17 or newer")),
    KEY_PERMISSIONS(row("tls.keyPermissions", "tls.key_permissions", word(FilePermissions.class))
            .alias("ssl_key_permissions")
            .variable("POSTGRES_SSL_KEY_PERMISSIONS")
            .byDefault(FilePermissions.CONTAINER, "Docker's and Kubernetes' mounts work")
            .says("Who else may read the client key; container is libpq's rule plus the mounts of Docker and"
                    + " Kubernetes")),
    RELOAD_INTERVAL(row(
                    "tls.reloadInterval",
                    "tls.reload_interval",
                    duration(TlsConfig.MIN_RELOAD_INTERVAL, TlsConfig.MAX_RELOAD_INTERVAL))
            .alias("ssl_reload_interval")
            .variable("POSTGRES_SSL_RELOAD_INTERVAL")
            .byDefault(TlsConfig.DEFAULT_RELOAD_INTERVAL, "soon enough for a rotation, cheap enough to forget")
            .says("How often certificate files are looked at besides watching them: some file systems report"
                    + " no events"));

    static final String TLS_SECTION = "tls";

    /** In the order of the table; not copied at each use, as {@code values()} is. */
    static final List<Key> ALL = List.of(values());

    /** The variables that have a meaning here whatever the configuration says. */
    static final Set<String> OWN_VARIABLES = ownVariables();

    private static final Map<String, Key> BY_NAME = byName();
    private static final Map<String, List<Key>> BY_COMPONENT = new LinkedHashMap<>();
    private static final Map<String, List<Key>> BY_SECTION = new LinkedHashMap<>();

    static {
        for (Key key : ALL) {
            BY_COMPONENT
                    .computeIfAbsent(key.component, component -> new ArrayList<>())
                    .add(key);
            BY_SECTION
                    .computeIfAbsent(key.section, section -> new ArrayList<>())
                    .add(key);
        }
    }

    /** The columns of one row, in the making. */
    private static final class Row {
        private final String component;
        private final String yamlName;
        private final KeyType type;
        private String alias = "";
        private List<String> urlNames = List.of();
        private List<String> driverNames = List.of();
        private List<String> variables;
        private @Nullable Object byDefault;
        private String reason = "";
        private boolean isUnnamedOnly;
        private boolean isDerived;
        private boolean isSecret;
        private boolean isPlace;
        private boolean isFloor;
        private String sentence = "";

        private Row(String component, String yamlName, KeyType type) {
            this.component = component;
            this.yamlName = yamlName;
            this.type = type;
            this.variables = List.of("DATABASE_" + yamlName.toUpperCase(Locale.ROOT));
        }

        /** Another name, accepted directly below {@code database:}. */
        Row alias(String name) {
            alias = name;
            return this;
        }

        /** The names in any connection string. */
        Row url(String... names) {
            List<String> all = new ArrayList<>(urlNames);
            all.addAll(List.of(names));
            urlNames = all;
            return this;
        }

        /** libpq's name: in connection strings, and directly below {@code database:}. */
        Row libpq(String name) {
            return alias(name).url(name);
        }

        /** pgjdbc's name, in a JDBC URL. */
        Row driver(String name) {
            driverNames = List.of(name);
            return this;
        }

        /** The variables, the first that is set first; {@code DATABASE_} and the key's name unless said otherwise. */
        Row variable(String... names) {
            variables = List.of(names);
            return this;
        }

        Row byDefault(Object value, String why) {
            byDefault = value;
            reason = why;
            return this;
        }

        /** A name or secret that the unnamed database of a file has by default; named ones, and programs, declare their own. */
        Row unnamed(String value, String why) {
            isUnnamedOnly = true;
            return byDefault(value, why);
        }

        /** The accessor derives the default from other values; the one that is told is the usual one. */
        Row derived() {
            isDerived = true;
            return this;
        }

        /** What stands for nothing: a collection is never null. */
        Row empty(Object value) {
            byDefault = value;
            return this;
        }

        /** The text may hold a secret anywhere. */
        Row secret() {
            isSecret = true;
            return this;
        }

        /** The text says where a secret, a certificate or a key is. People put the thing itself there. */
        Row place() {
            isPlace = true;
            return this;
        }

        /** The variable is a floor for what is written elsewhere. */
        Row floor() {
            isFloor = true;
            return this;
        }

        /** What the key is for, in one or two sentences. */
        Row says(String what) {
            sentence = what;
            return this;
        }
    }

    /** The accessor of the builder's sections that has the value: {@code pool.size}. */
    final String component;

    /** The section: {@code pool}; empty for what belongs to none. */
    final String section;

    /** The name of the accessor in its section. */
    final String accessor;

    final KeyType type;

    /** Another name directly below {@code database:}; empty for none. */
    final String alias;

    final List<String> urlNames;
    final List<String> driverNames;

    /** The variables that give this key, the first that is set first. */
    final List<String> variables;

    /** The default of a file, or null. */
    final @Nullable Object usual;

    /** What stands for the value that nobody gave, in a program too; null when there is none then, or when the accessor derives it. */
    final @Nullable Object fallback;

    /** The default of a file, as a file would have it; empty for none. */
    final String byDefault;

    /** Why it is the default. */
    final String reason;

    /** Whether named databases do without the default. */
    final boolean isUnnamedOnly;

    /** What the key is for. */
    final String sentence;

    final String yamlName;

    /** Whether the row alone does not make the value: connection strings, places of passwords, and the mode that a variable is a floor of. */
    final boolean isReadElsewhere;

    /** Whether the builder takes the value as the row reads it: logins, their passwords, and TLS are put together first. */
    final boolean isOfBuilder;

    private final boolean isSecret;
    private final boolean isPlace;

    Key(Row row) {
        this.component = row.component;
        int dot = component.indexOf('.');
        this.section = dot < 0 ? "" : component.substring(0, dot);
        this.accessor = component.substring(dot + 1);
        this.yamlName = row.yamlName;
        this.type = row.type;
        this.alias = row.alias;
        this.urlNames = List.copyOf(row.urlNames);
        this.driverNames = row.driverNames;
        this.variables = row.variables;
        this.usual = row.byDefault;
        this.fallback = row.isUnnamedOnly || row.isDerived ? null : row.byDefault;
        // A collection that is empty by default is no default to be told.
        this.byDefault = usual == null || row.reason.isEmpty() ? "" : type.written(usual);
        this.reason = row.reason;
        this.isUnnamedOnly = row.isUnnamedOnly;
        this.isSecret = row.isSecret;
        this.isPlace = row.isPlace;
        this.sentence = row.sentence;
        boolean isOfTls = section.equals("tls");
        this.isReadElsewhere = isSecret || row.isFloor || (isPlace && !isOfTls);
        this.isOfBuilder = !isReadElsewhere && !isOfTls && type.javaType() != Login.class;
    }

    private static Row row(String component, String yamlName, KeyType type) {
        return new Row(component, yamlName, type);
    }

    /** The name below {@code database:}; with a dot for what lies in a section. */
    String yamlName() {
        return yamlName;
    }

    /**
     * Tells whether a value may not be shown as it was written: a connection string may hold a password anywhere, and the place of a secret the secret
     * itself.
     */
    boolean isSecret() {
        return isSecret || isPlace;
    }

    /**
     * Tells whether the value says where a secret, a certificate or a key is. People put the thing itself there. The value stays as it is while a
     * database is open; what it names may change, and is followed.
     */
    boolean isPlaceOfSecret() {
        return isPlace;
    }

    /** Tells whether the text is not expanded as a whole: a connection string is taken apart first, and a password is full of dollar signs. */
    boolean isWhole() {
        return isSecret;
    }

    /** The value that the text stands for; null when it is wrong, which is told. */
    @Nullable
    Object read(Setting setting, Mistakes mistakes) {
        try {
            Object value = type.read(setting.text());
            if (value instanceof Fault fault) {
                mistakes.add(this, violation(fault, setting));
                return null;
            }
            return value;
        } catch (InvalidConfigException e) {
            mistakes.add(this, e, setting.path(), setting.origin());
            return null;
        }
    }

    private Violation violation(Fault fault, Setting setting) {
        String usual = byDefault.isEmpty()
                ? "Leave it out, or correct the value."
                : "Correct the value, or leave it out for " + byDefault + ".";
        String remedy = fault.remedy().isEmpty() ? usual : fault.remedy();
        return switch (fault.code()) {
            case "MISPLACED_SECRET" ->
                new Violation(setting.path(), fault.code(), "***", fault.message(), setting.origin(), remedy);
            case "NOT_A_WORD", "NOT_A_NUMBER" ->
                setting.violation(
                        fault.code(),
                        fault.message(),
                        ForeignNames.word(this, setting.text()).orElse(remedy));
            default -> setting.violation(fault.code(), fault.message(), remedy);
        };
    }

    /** Judges a value that a program gave. */
    void judge(Object value, Mistakes mistakes) {
        told(type::judge, value, mistakes);
    }

    /** The value that a program's text stands for; null when it is wrong, which is told. */
    @Nullable
    Object read(String text, Mistakes mistakes) {
        return told(type::read, text, mistakes);
    }

    private <T> @Nullable Object told(Function<T, @Nullable Object> step, T given, Mistakes mistakes) {
        try {
            Object result = step.apply(given);
            if (!(result instanceof Fault fault)) {
                return result;
            }
            mistakes.add(this, fault.code(), KeyType.shown(given), fault.message(), remedy(fault));
        } catch (InvalidConfigException e) {
            e.violations()
                    .forEach(wrong -> mistakes.add(this, wrong.code(), wrong.value(), wrong.message(), wrong.remedy()));
        }
        return null;
    }

    static String remedy(Fault fault) {
        return fault.remedy().isEmpty()
                ? "Set a value that "
                        + fault.message()
                                .replace("must not be", "is not")
                                .replace("must be", "is")
                                .replace("must not hold", "holds no")
                        + "."
                : fault.remedy();
    }

    static Optional<Key> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The key that gives that component, such as {@code pool.size}. */
    static Optional<Key> ofComponent(String component) {
        return allOfComponent(component).stream().findFirst();
    }

    /** All keys of that component: a password has a file, a variable and itself. */
    static List<Key> allOfComponent(String component) {
        return BY_COMPONENT.getOrDefault(component, List.of());
    }

    /** The keys of that section, in order. */
    static List<Key> allOfSection(String section) {
        return BY_SECTION.getOrDefault(section, List.of());
    }

    /** The names in one section ({@code tls}), without the section; or those directly below {@code database:}. */
    static List<String> namesIn(String section) {
        String prefix = section.isEmpty() ? "" : section + ".";
        return BY_NAME.keySet().stream()
                .filter(name -> section.isEmpty() ? !name.contains(".") : name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    private static Set<String> ownVariables() {
        Set<String> own = new HashSet<>(Set.of(LoginBinding.DEVELOPMENT_ALIAS));
        for (Key key : ALL) {
            own.addAll(key.variables);
            if (key == USER_PW_ENV_VAR || key == RO_USER_PW_ENV_VAR || key == MIGRATION_USER_PW_ENV_VAR) {
                own.add(key.byDefault);
            }
        }
        return Set.copyOf(own);
    }

    private static Map<String, Key> byName() {
        Map<String, Key> names = new LinkedHashMap<>();
        for (Key key : ALL) {
            names.put(key.yamlName, key);
            if (!key.alias.isEmpty()) {
                names.put(key.alias, key);
            }
        }
        return names;
    }
}
