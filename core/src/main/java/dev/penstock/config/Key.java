package dev.penstock.config;

import static dev.penstock.config.KeySpec.duration;
import static dev.penstock.config.KeySpec.integer;
import static dev.penstock.config.KeySpec.path;
import static dev.penstock.config.KeySpec.secret;
import static dev.penstock.config.KeySpec.share;
import static dev.penstock.config.KeySpec.text;
import static dev.penstock.config.KeySpec.word;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every key of a database's configuration: the one table that binding, messages, "did you mean" and
 * {@code docs/configuration.md} are made from. The names, defaults and bounds of the first rows are the ones that
 * operators' files carry already.
 */
enum Key {
    URL(
            text("primary", "url")
                    .variable("DATABASE_URL")
                    .because(
                            "Where the database is: a connection string as libpq reads it. Its components win over the keys below; the keys fill its gaps. DATABASE_MASTER_URL is another name of the variable")),
    REPLICA_URL(
            text("replicas", "replica_url")
                    .variable("DATABASE_REPLICA_URL")
                    .because(
                            "The other servers of the cluster: one connection string, or several separated by commas (in YAML also a list). Each may have its own user, password and port")),
    APP_DB(text("database", "app_db")
            .variable("APP_DB")
            .byDefault("appdb")
            .because("The database, where the connection string names none")),
    OWNER_USER(
            text("roles.ownerUser", "owner_user")
                    .variable("APP_DB_OWNER")
                    .byDefault("appowner")
                    .because(
                            "The role that owns the tables. It cannot log in: migrations log in as migration_user and take this role")),
    USER(text("user", "user")
            .variable("APP_DB_USER")
            .byDefault("appuser")
            .because("The role that reads and writes, where the connection string names none")),
    RO_USER(text("roles.readOnly", "ro_user")
            .variable("APP_DB_RO_USER")
            .byDefault("backupuser")
            .because("A role that may only read; used for reads with read_role: ro_user")),
    READ_ROLE(
            word("roles.readRole", "read_role", "user", "ro_user")
                    .variable("DATABASE_READ_ROLE")
                    .byDefault("user")
                    .because(
                            "Who reads. By default reads run as user, so that grants and row-level policies are the same on both sides")),
    MIGRATION_USER(text("roles.migration", "migration_user")
            .variable("APP_DB_MIGRATION_USER")
            .because("The role that migrations log in as; it must be a member of owner_user")),
    PASSWORD(secret("password", "password")
            .because("A literal, for development: refused in production. Prefer the two keys below")),
    USER_PW_FILE_PATH(path("password", "user_pw_file_path")
            .variable("DATABASE_PASSWORD_FILE_PATH")
            .byDefault("/run/secrets/postgres_app_user_pw")
            .because("The file that holds the password of user; asked first")),
    USER_PW_ENV_VAR(
            text("password", "user_pw_env_var")
                    .variable("DATABASE_PASSWORD_ENV_VAR")
                    .byDefault("POSTGRES_APP_USER_PW")
                    .because(
                            "The NAME of the variable that holds the password of user; asked second, before the connection string's own password. In development APP_DB_USER_PW is asked too")),
    RO_USER_PW_FILE_PATH(path("roles.readOnly", "ro_user_pw_file_path")
            .variable("DATABASE_RO_PASSWORD_FILE_PATH")
            .byDefault("/run/secrets/postgres_app_ro_pw")
            .because("As user_pw_file_path, for ro_user")),
    RO_USER_PW_ENV_VAR(text("roles.readOnly", "ro_user_pw_env_var")
            .variable("DATABASE_RO_PASSWORD_ENV_VAR")
            .byDefault("POSTGRES_APP_RO_PW")
            .because("As user_pw_env_var, for ro_user")),
    MIGRATION_USER_PW_FILE_PATH(path("roles.migration", "migration_user_pw_file_path")
            .variable("DATABASE_MIGRATION_PASSWORD_FILE_PATH")
            .byDefault("/run/secrets/postgres_migration_user_pw")
            .because("As user_pw_file_path, for migration_user")),
    MIGRATION_USER_PW_ENV_VAR(text("roles.migration", "migration_user_pw_env_var")
            .variable("DATABASE_MIGRATION_PASSWORD_ENV_VAR")
            .byDefault("POSTGRES_MIGRATION_USER_PW")
            .because("As user_pw_env_var, for migration_user")),
    PRIVILEGED_LOGIN(
            word("roles.privilegedLogin", "privileged_login", "warn", "refuse")
                    .variable("DATABASE_PRIVILEGED_LOGIN")
                    .byDefault("warn")
                    .because(
                            "What is done when user, ro_user or migration_user is a superuser or has BYPASSRLS, so that no grant or policy holds: a warning for as long as it is so, or opening fails")),
    ENVIRONMENT_MODE(
            word("environmentMode", "environment_mode", "development", "testing", "production")
                    .variable("APP_ENVIRONMENT")
                    .byDefault("development")
                    .because(
                            "The policy: what production refuses, the others allow with a warning. Unset, it is development, but nothing goes to a public host in clear text")),
    REQUIRE_AUTH(
            text("requireAuth", "require_auth")
                    .variable("DATABASE_REQUIRE_AUTH")
                    .because(
                            "How a server may have a login proven, as libpq has it: a list of scram-sha-256, md5, password, none, gss, sspi, or of these with ! before each. Unset, the environment mode decides")),
    POLICY(
            path("policy", "policy")
                    .variable("PENSTOCK_POLICY")
                    .because(
                            "A file with the TLS standard of a team, in addition to /etc/penstock/policy.conf. Key and variable both count, and the stricter line holds: docs/tls-policy.md")),
    POOL_SIZE(
            integer("pool.size", "pool_size", 1, 100)
                    .or("auto")
                    .variable("DATABASE_POOL_SIZE")
                    .byDefault("20")
                    .because(
                            "Connections to one server that stay once they were needed, for writing and reading together. With auto, which workload implies, the size is found when the database is opened, and max_overflow with it unless that is set")),
    MAX_OVERFLOW(
            integer("pool.maxOverflow", "max_overflow", 0, 100)
                    .variable("DATABASE_MAX_OVERFLOW")
                    .byDefault("10")
                    .because(
                            "Connections above pool_size that come and go with the load. Together they are the ceiling for one server, whatever its role")),
    POOL_TIMEOUT(duration("pool.timeout", "pool_timeout", 1, 300)
            .variable("DATABASE_POOL_TIMEOUT")
            .byDefault("30")
            .because("How long a borrow may wait before it fails")),
    POOL_RECYCLE(
            duration("pool.recycle", "pool_recycle", 300, 7200)
                    .variable("DATABASE_POOL_RECYCLE")
                    .byDefault("1800")
                    .because(
                            "The age at which a connection is replaced: below the idle limits of common firewalls and proxies")),
    IDLE_TIMEOUT(
            duration("pool.idleTimeout", "idle_timeout", 10, 7199)
                    .variable("DATABASE_IDLE_TIMEOUT")
                    .byDefault("600")
                    .because(
                            "How long connections above pool_size stay after they were needed; at least 1 s below pool_recycle")),
    KEEPALIVE(
            duration("pool.keepalive", "keepalive", 0, 5400)
                    .variable("DATABASE_KEEPALIVE")
                    .byDefault("120")
                    .because(
                            "How often an idle connection is asked whether it is alive, so that nothing on the way forgets it. 0 for never, else 30 s to three quarters of pool_recycle")),
    MAX_WAITING(integer("pool.maxWaiting", "max_waiting", 1, 1_000_000)
            .variable("DATABASE_MAX_WAITING")
            .byDefault("10000")
            .because("How many callers may wait for one server; who comes then is refused at once (53300)")),
    PRIMARY_READ_SHARE(
            share("pool.primaryReadShare", "primary_read_share")
                    .variable("DATABASE_PRIMARY_READ_SHARE")
                    .because(
                            "The part of the primary's ceiling that reads may take. Unset: all of it without replicas, a quarter with them, so that losing every replica cannot starve writes")),
    CONNECT_TIMEOUT(duration("timeouts.connect", "connect_timeout", 1, 300)
            .variable("DATABASE_CONNECT_TIMEOUT")
            .byDefault("10")
            .because("One physical connect as a whole: name resolution, TCP, TLS and authentication")),
    CLOSE_TIMEOUT(duration("timeouts.close", "close_timeout", 0, 300)
            .variable("DATABASE_CLOSE_TIMEOUT")
            .byDefault("1")
            .because("How long closing waits for work in flight before it breaks its connections")),
    STATEMENT_TIMEOUT(duration("timeouts.statement", "statement_timeout", 1, 86_400)
            .variable("DATABASE_STATEMENT_TIMEOUT")
            .byDefault("60")
            .because("How long the server lets one statement run; the socket gives up 5 s later")),
    MAX_LAG(
            duration("topology.maxLag", "max_lag", 2, 86_400)
                    .variable("DATABASE_MAX_LAG")
                    .byDefault("10")
                    .because(
                            "How far a replica may be behind before reads avoid it. Less than two probe intervals would send every read to the primary by accident")),
    MAX_LAG_MB(
            integer("topology.maxLagMegabytes", "max_lag_mb", 1, 1_048_576)
                    .variable("DATABASE_MAX_LAG_MB")
                    .because(
                            "The same in MiB of WAL; a replica is left at the first limit that it passes. Unset: no such limit")),
    DISCOVERY(
            word("topology.discovery", "discovery", "static", "dns", "patroni")
                    .variable("DATABASE_DISCOVERY")
                    .byDefault("static")
                    .because(
                            "How the servers are found: as configured; as every address of the configured names; from Patroni, beginning with the configured ones")),
    PATRONI_URLS(text("topology.patroniUrls", "patroni_urls")
            .variable("DATABASE_PATRONI_URLS")
            .because("Base URLs of Patroni's REST API, separated by commas, with discovery: patroni")),
    SYSTEM_IDENTIFIER(
            text("topology.systemIdentifier", "system_identifier")
                    .variable("DATABASE_SYSTEM_IDENTIFIER")
                    .because(
                            "What every server must show (select system_identifier from pg_control_system()). Unset: that of the first one that answers")),
    ON_NO_REPLICA(
            word("routing.onNoReplica", "on_no_replica", "primary", "fail")
                    .variable("DATABASE_ON_NO_REPLICA")
                    .byDefault("primary")
                    .because(
                            "Where a read goes that no replica can serve: to the primary, within primary_read_share, or nowhere (08001)")),
    PRIMARY_READ_WEIGHT(
            share("routing.primaryReadWeight", "primary_read_weight")
                    .variable("DATABASE_PRIMARY_READ_WEIGHT")
                    .byDefault("0")
                    .because(
                            "How much of the reads the primary takes beside its replicas: 0 leaves it to writes, 1 makes it as good a reader as each of them")),
    APPLICATION_NAME(text("applicationName", "application_name")
            .variable("DATABASE_APPLICATION_NAME")
            .byDefault("penstock")
            .because("What the servers show in pg_stat_activity")),
    SCHEMA(
            text("session.schema", "schema")
                    .variable("DATABASE_SCHEMA")
                    .because(
                            "The schema that unqualified names are looked up in, or several separated by commas; each is taken as it is written, capitals included. Unset, the server decides")),
    OPTIONS(text("session.settings", "options")
            .variable("DATABASE_OPTIONS")
            .because("Server settings of every session, as libpq writes them: -c name=value")),
    HYGIENE(
            word("session.hygiene", "hygiene", "tainted", "always")
                    .variable("DATABASE_HYGIENE")
                    .byDefault("tainted")
                    .because(
                            "When a session is reset (DISCARD ALL) before the next borrower gets it: when something may have been left behind, or after every borrow, for functions that hide what they set")),
    POOLER(
            word("session.pooler", "pooler", "none", "session", "transaction")
                    .variable("DATABASE_POOLER")
                    .byDefault("none")
                    .because(
                            "What stands in between. transaction (PgBouncer) leaves out what cannot work there: prepared statements, startup settings, resets")),
    ERROR_DETAIL(
            word("session.errorDetail", "error_detail", "full", "none")
                    .variable("DATABASE_ERROR_DETAIL")
                    .because(
                            "What an exception's text has of the server's error: detail, hint, position and a failed batch's values as well, or the message alone. Unset: none in production, full elsewhere")),
    START(word("start", "start", "primary", "any")
            .variable("DATABASE_START")
            .byDefault("primary")
            .because("What opening waits for: the primary, or any server")),
    WORKLOAD(
            word("workload.preset", "workload", "low", "medium", "high", "very-high", "read-heavy", "write-heavy")
                    .variable("DATABASE_WORKLOAD")
                    .because(
                            "What the work is like: pool_size is found unless it is set, and pool_timeout and pool_recycle are the preset's unless they are")),
    INSTANCES(
            integer("workload.instances", "instances", 1, 10_000)
                    .variable("DATABASE_INSTANCES")
                    .because(
                            "Processes that run with this configuration. Declared, opening refuses pools that do not fit into max_connections for all of them")),
    DEPLOY_SURGE(integer("workload.deploySurge", "deploy_surge", 0, 1000)
            .variable("DATABASE_DEPLOY_SURGE")
            .byDefault("1")
            .because("Processes that run besides while a deploy replaces them")),
    REQUESTS_PER_SECOND(integer("workload.requestsPerSecond", "requests_per_second", 1, 1_000_000)
            .variable("DATABASE_REQUESTS_PER_SECOND")
            .because("How often one process is expected to take a connection")),
    READ_SHARE(share("workload.readShare", "read_share")
            .variable("DATABASE_READ_SHARE")
            .because("The part of requests_per_second that reads. Unset: every server is planned for all of them")),
    AVG_QUERY_TIME_MS(integer("workload.avgQueryTimeMillis", "avg_query_time_ms", 1, 60_000)
            .variable("DATABASE_AVG_QUERY_TIME_MS")
            .because("The mean time, in milliseconds, until a connection is returned")),
    P99_WAIT_MS(integer("workload.p99WaitMillis", "p99_wait_ms", 1, 60_000)
            .variable("DATABASE_P99_WAIT_MS")
            .because("The wait for a connection, in milliseconds, that one borrow in a hundred may exceed")),
    MAX_CONCURRENT_REQUESTS(integer("workload.maxConcurrentRequests", "max_concurrent_requests", 1, 100_000)
            .variable("DATABASE_MAX_CONCURRENT_REQUESTS")
            .because("Requests, jobs or threads of one process that may hold connections at once")),
    CONNECTIONS_PER_REQUEST(
            integer("workload.connectionsPerRequest", "connections_per_request", 1, 100)
                    .variable("DATABASE_CONNECTIONS_PER_REQUEST")
                    .byDefault("1")
                    .because(
                            "The most connections that one of them holds at the same time; above 1, a pool that could deadlock is refused")),
    SERVER_CORES(integer("workload.serverCores", "server_cores", 1, 1024)
            .variable("DATABASE_SERVER_CORES")
            .because("Cores of the database server, for the share of each process")),
    SSLMODE(
            word("tls.mode", "tls.mode", "disable", "allow", "prefer", "require", "verify-ca", "verify-full")
                    .libpq("sslmode")
                    .variable("POSTGRES_SSL_MODE")
                    .because(
                            "What a server must prove, with libpq's meanings. Unset: verify-full in production, with a CA that is system, and towards a public host with no environment_mode; else prefer. The variable is a floor: the stronger of it and what is written elsewhere wins")),
    CERT_VALIDATION(
            word("tls.certValidation", "tls.cert_validation", "by_mode", "none")
                    .libpq("cert_validation")
                    .variable("POSTGRES_SSL_CERT_VALIDATION")
                    .byDefault("by_mode")
                    .because(
                            "none says aloud that the certificate is not verified: private networks of fly.io, Railway, Render")),
    SSLROOTCERT(
            text("tls.ca", "tls.ca")
                    .libpq("sslrootcert")
                    .variable("POSTGRES_SSL_ROOT_CERT")
                    .because(
                            "A PEM file with any number of CAs, a directory of such, PEM text, or system. Unset with verify-full: system. Given, require verifies the chain too (libpq's rule)")),
    SSLCERT(text("tls.cert", "tls.cert")
            .libpq("sslcert")
            .variable("POSTGRES_SSL_CERT")
            .because("The client certificate: a file, or PEM text")),
    SSLKEY(text("tls.key", "tls.key")
            .libpq("sslkey")
            .variable("POSTGRES_SSL_KEY")
            .because("Its private key; unset when tls.cert holds both")),
    SSLPASSWORD_FILE(path("tls.keyPassword", "tls.key_password_file")
            .libpq("sslpassword_file")
            .variable("POSTGRES_SSL_KEY_PASSWORD_FILE")
            .because("The file that holds the password of an encrypted key")),
    SSLCRL(text("tls.crl", "tls.crl")
            .libpq("sslcrl")
            .variable("POSTGRES_SSL_CRL")
            .because("Revocation lists: a file, or a directory")),
    SSL_MIN_VERSION(word("tls.minVersion", "tls.min_version", "TLSv1.2", "TLSv1.3")
            .libpq("ssl_min_protocol_version")
            .variable("POSTGRES_SSL_MIN_PROTOCOL_VERSION")
            .byDefault("TLSv1.2")
            .because("libpq's own default; older versions are retired (RFC 8996)")),
    SSL_MAX_VERSION(word("tls.maxVersion", "tls.max_version", "TLSv1.2", "TLSv1.3")
            .libpq("ssl_max_protocol_version")
            .variable("POSTGRES_SSL_MAX_PROTOCOL_VERSION")
            .because("Unset: the newest that both sides know")),
    SSL_CIPHERS(text("tls.ciphers", "tls.ciphers")
            .libpq("ssl_ciphers")
            .variable("POSTGRES_SSL_CIPHERS")
            .because(
                    "JSSE names in order of preference, separated by commas or colons; unset, the runtime's own list")),
    SSLSNI(text("tls.sni", "tls.sni")
            .libpq("sslsni")
            .variable("POSTGRES_SSL_SNI")
            .byDefault("auto")
            .because("The name in the TLS hello: auto (or 1) for the host, off (or 0) for none, else the name itself")),
    VERIFY_NAME(text("tls.verifyName", "tls.verify_name")
            .libpq("ssl_verify_name")
            .variable("POSTGRES_SSL_VERIFY_NAME")
            .because("The name that verify-full looks for, when it is not the host that is dialled")),
    CHANNEL_BINDING(word("tls.channelBinding", "tls.channel_binding", "disable", "prefer", "require")
            .libpq("channel_binding")
            .variable("POSTGRES_SSL_CHANNEL_BINDING")
            .byDefault("prefer")
            .because("Whether the login is tied to the TLS connection")),
    SSLNEGOTIATION(word("tls.negotiation", "tls.negotiation", "postgres", "direct")
            .libpq("sslnegotiation")
            .variable("POSTGRES_SSL_NEGOTIATION")
            .byDefault("postgres")
            .because("How TLS begins; direct saves a round trip and needs a server of PostgreSQL 17 or newer")),
    KEY_PERMISSIONS(
            word("tls.keyPermissions", "tls.key_permissions", "strict", "container", "off")
                    .libpq("ssl_key_permissions")
                    .variable("POSTGRES_SSL_KEY_PERMISSIONS")
                    .byDefault("container")
                    .because(
                            "Who else may read the client key; container is libpq's rule plus the mounts of Docker and Kubernetes")),
    RELOAD_INTERVAL(
            duration("tls.reloadInterval", "tls.reload_interval", 1, 86_400)
                    .libpq("ssl_reload_interval")
                    .variable("POSTGRES_SSL_RELOAD_INTERVAL")
                    .byDefault("30")
                    .because(
                            "How often certificate files are looked at besides watching them: some file systems report no events"));

    static final String TLS_SECTION = "tls";

    private static final Map<String, Key> BY_NAME = byName();

    private final KeySpec spec;

    Key(KeySpec spec) {
        this.spec = spec;
    }

    KeySpec spec() {
        return spec;
    }

    /** The name below {@code database:}; with a dot for what lies in a section. */
    String yamlName() {
        return spec.name();
    }

    /** The variables that give this key, the first that is set first. */
    List<String> variables() {
        if (this == URL) {
            return List.of(spec.variable(), "DATABASE_MASTER_URL");
        }
        return spec.variable().isEmpty() ? List.of() : List.of(spec.variable());
    }

    /**
     * Tells whether a value may not be shown as it was written: a connection string may hold a password anywhere, and the place of a secret the secret
     * itself.
     */
    boolean isSecret() {
        return isPlaceOfSecret() || spec.kind() == KeySpec.Kind.SECRET || this == URL || this == REPLICA_URL;
    }

    /** Tells whether the value says where a secret, a certificate or a key is. People put the thing itself there. */
    boolean isPlaceOfSecret() {
        return switch (this) {
            case USER_PW_ENV_VAR, RO_USER_PW_ENV_VAR, MIGRATION_USER_PW_ENV_VAR, SSLROOTCERT, SSLCERT, SSLKEY, SSLCRL ->
                true;
            default -> spec.kind() == KeySpec.Kind.PATH;
        };
    }

    static Optional<Key> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The key that gives that component of the records, such as {@code pool.size}. */
    static Optional<Key> ofComponent(String component) {
        return Arrays.stream(values())
                .filter(key -> key.spec.component().equals(component))
                .findFirst();
    }

    /** All keys of that component: a password has a file, a variable and itself. */
    static List<Key> allOfComponent(String component) {
        return Arrays.stream(values())
                .filter(key -> key.spec.component().equals(component))
                .toList();
    }

    /** The names in one section ({@code tls}), without the section; or those directly below {@code database:}. */
    static List<String> namesIn(String section) {
        String prefix = section.isEmpty() ? "" : section + ".";
        return BY_NAME.keySet().stream()
                .filter(name -> section.isEmpty() ? !name.contains(".") : name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    private static Map<String, Key> byName() {
        Map<String, Key> names = new LinkedHashMap<>();
        for (Key key : values()) {
            names.put(key.spec.name(), key);
            if (!key.spec.alias().isEmpty()) {
                names.put(key.spec.alias(), key);
            }
        }
        return names;
    }
}
