package dev.penstock.cli.resolve;

import dev.penstock.Database;
import dev.penstock.config.ConfigWarning;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.WorkloadConfig;
import dev.penstock.observe.DriverSettings;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.TlsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it will be used. Immutable; holds no secret.
 *
 * @param warnings those of the configuration, and secrets that are not there yet
 */
public record Resolved(DatabaseConfig config, DriverSettings driver, List<ConfigWarning> warnings) {
    /**
     * One value that counts, a default included.
     *
     * @param name libpq's name where there is one, else the key's
     * @param key the key, by which its origin is found
     */
    record Value(String name, String key, Object value) {}

    /** Values that belong together; what is unset is left out. */
    private static final class Section {
        private final List<Value> values = new ArrayList<>();

        Section put(String key, @Nullable Object value) {
            return put(key, key, value);
        }

        Section put(String name, String key, @Nullable Object value) {
            if (value != null) {
                values.add(new Value(name, key, shown(value)));
            }
            return this;
        }

        private static Object shown(Object value) {
            if (value instanceof Duration duration) {
                return duration.toSeconds();
            }
            return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
        }
    }

    public static Resolved of(DatabaseConfig config) {
        List<ConfigWarning> warnings = new ArrayList<>(config.warnings());
        try {
            config.password().resolve();
        } catch (SecretUnavailableException e) {
            warnings.add(new ConfigWarning(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "is not there yet: " + once(e),
                    config.provenance().originOf("password"),
                    e.remedy()));
        }
        return new Resolved(config, Database.settings(config), warnings);
    }

    /** The message without its remedy, which is told by itself. */
    private static String once(SecretUnavailableException e) {
        String message = String.valueOf(e.getMessage()).replace(e.remedy(), "").strip();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** What belongs to no section. */
    List<Value> general() {
        Login login = config.login(config.primary());
        return new Section()
                .put("environment_mode", config.environmentMode())
                .put("application_name", config.applicationName())
                .put("start", config.start())
                .put("policy", policy())
                .put(
                        "require_auth",
                        config.requireAuth(config.primary(), login).stream()
                                .sorted()
                                .map(AuthMethod::libpqName)
                                .collect(Collectors.joining(",")))
                .values;
    }

    /** The files that hold, the machine's own included. */
    private @Nullable String policy() {
        return config.policy().isEmpty()
                ? null
                : config.policy().files().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** The sections by their names, in order; times in seconds. */
    Map<String, List<Value>> sections() {
        Map<String, List<Value>> sections = new LinkedHashMap<>();
        sections.put("roles", roles());
        sections.put("pool", pool());
        sections.put("timeouts", timeouts());
        sections.put("topology", topology());
        sections.put("routing", routing());
        sections.put("session", session());
        sections.put("workload", workload());
        sections.put("tls", tls());
        return sections;
    }

    private List<Value> roles() {
        Login readOnly = config.roles().readOnly();
        Login migration = config.roles().migration();
        return new Section()
                .put("owner_user", config.roles().ownerUser())
                .put("ro_user", readOnly == null ? null : readOnly.user())
                .put("read_role", config.roles().readRole())
                .put("migration_user", migration == null ? null : migration.user())
                .put("privileged_login", config.roles().privilegedLogin())
                .values;
    }

    private List<Value> pool() {
        PoolSize size = Database.plan(config).size();
        Integer overflow = config.pool().maxOverflow();
        return new Section()
                .put("pool_size", size.isFound() ? "auto" : config.pool().size())
                .put("max_overflow", overflow == null ? "auto" : overflow)
                .put("found", "pool_size", size.isFound() ? size : null)
                .put("pool_timeout", config.pool().timeout())
                .put("pool_recycle", config.pool().recycle())
                .put("idle_timeout", config.pool().idleTimeout())
                .put("keepalive", config.pool().keepalive())
                .put("max_waiting", config.pool().maxWaiting())
                .put(
                        "primary_read_share",
                        config.pool().primaryReadShare(!config.replicas().isEmpty()))
                .values;
    }

    private List<Value> timeouts() {
        return new Section()
                .put("connect_timeout", config.timeouts().connect())
                .put("statement_timeout", config.timeouts().statement())
                .put("close_timeout", config.timeouts().close())
                .values;
    }

    private List<Value> topology() {
        String urls =
                config.topology().patroniUrls().stream().map(String::valueOf).collect(Collectors.joining(","));
        return new Section()
                .put("max_lag", config.topology().maxLag())
                .put("max_lag_mb", config.topology().maxLagMegabytes())
                .put("discovery", config.topology().discovery())
                .put("patroni_urls", urls.isEmpty() ? null : urls)
                .put("system_identifier", config.topology().systemIdentifier())
                .values;
    }

    private List<Value> routing() {
        return new Section()
                .put("on_no_replica", config.routing().onNoReplica())
                .put("primary_read_weight", config.routing().primaryReadWeight())
                .values;
    }

    /** The settings by their names: the values may be anybody's. */
    private List<Value> session() {
        String settings = String.join(",", config.session().settings().keySet());
        return new Section()
                .put("schema", config.session().schema())
                .put("options", settings.isEmpty() ? null : settings)
                .put("hygiene", config.session().hygiene())
                .put("pooler", config.session().pooler())
                .put("error_detail", config.errorDetail())
                .values;
    }

    private List<Value> workload() {
        WorkloadConfig workload = config.workload();
        WorkloadPreset preset = workload.preset();
        return new Section()
                .put("workload", preset == null ? null : preset.word())
                .put("instances", workload.instances())
                .put("deploy_surge", workload.deploySurge())
                .put("requests_per_second", workload.requestsPerSecond())
                .put("read_share", workload.readShare())
                .put("avg_query_time_ms", workload.avgQueryTimeMillis())
                .put("p99_wait_ms", workload.p99WaitMillis())
                .put("max_concurrent_requests", workload.maxConcurrentRequests())
                .put("connections_per_request", workload.connectionsPerRequest())
                .put("server_cores", workload.serverCores())
                .values;
    }

    private List<Value> tls() {
        TlsConfig tls = config.tls();
        ClientCertificate client = tls.clientCertificate();
        Section section = new Section()
                .put("sslmode", "tls.mode", tls.mode().libpqName())
                .put("cert_validation", "tls.cert_validation", tls.certValidation())
                .put("verifies_chain", "tls.mode", tls.verifiesChain())
                .put("verifies_hostname", "tls.mode", tls.mode().verifiesHostname())
                .put("sslrootcert", "tls.ca", tls.ca() == null ? null : tls.ca().describe())
                .put("sslcrl", "tls.crl", tls.crl() == null ? null : tls.crl().describe())
                .put(
                        "ssl_min_protocol_version",
                        "tls.min_version",
                        tls.minVersion().libpqName())
                .put(
                        "ssl_max_protocol_version",
                        "tls.max_version",
                        tls.maxVersion() == null ? null : tls.maxVersion().libpqName())
                .put("ssl_ciphers", "tls.ciphers", tls.ciphers().isEmpty() ? null : String.join(",", tls.ciphers()))
                .put("sslsni", "tls.sni", sni(tls))
                .put("ssl_verify_name", "tls.verify_name", tls.verifyName())
                .put("channel_binding", "tls.channel_binding", tls.channelBinding())
                .put("sslnegotiation", "tls.negotiation", tls.negotiation())
                .put("ssl_key_permissions", "tls.key_permissions", tls.keyPermissions())
                .put("ssl_reload_interval", "tls.reload_interval", tls.reloadInterval());
        if (client != null) {
            section.put("sslcert", "tls.cert", client.certificate().describe())
                    .put("sslkey", "tls.key", client.key().describe())
                    .put(
                            "sslpassword_file",
                            "tls.key_password_file",
                            client.keyPassword() == null
                                    ? null
                                    : client.keyPassword().describe());
        }
        return section.values;
    }

    private static String sni(TlsConfig tls) {
        String own = tls.sni().name();
        return own != null ? own : tls.sni().enabled() ? "auto" : "off";
    }
}
