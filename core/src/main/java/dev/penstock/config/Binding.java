package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From what was written about one database to its configuration: connection strings, then every key by itself, then
 * the records, which judge what several components say together. Used once; not thread-safe.
 */
final class Binding {
    private final Sources sources;
    private final Map<String, String> environment;
    private final Substitution substitution;
    private final Function<Path[], TlsPolicy> policies;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings = new ArrayList<>();

    private Binding(
            Sources sources, Map<String, String> environment, Function<Path[], TlsPolicy> policies, Mistakes mistakes) {
        this.sources = sources;
        this.environment = environment;
        this.substitution = new Substitution(environment);
        this.policies = policies;
        this.mistakes = mistakes;
    }

    /** The configuration, or null when {@code mistakes} got something. */
    static @Nullable DatabaseConfig bind(
            Sources sources, Map<String, String> environment, Function<Path[], TlsPolicy> policies, Mistakes mistakes) {
        return new Binding(sources, environment, policies, mistakes).bind();
    }

    private @Nullable DatabaseConfig bind() {
        UriBinding uris = new UriBinding(sources, substitution.naming(Naming.BRACED), mistakes);
        uris.refuseTwoPrimaries(environment);
        ConnectionUri uri = uris.primary(environment);
        List<ReplicaUri> replicas = uris.replicas();
        Settings settings = new Settings(uri == null ? Map.of() : uri.keys(), sources, substitution, mistakes);
        if (uri != null) {
            uris.compare(replicas, settings);
            warnings.addAll(uri.warnings());
        }
        for (ReplicaUri replica : replicas) {
            warnings.addAll(replica.uri().warnings());
        }
        warnings.addAll(settings.overriddenWarnings());
        if (sources.isUnnamed()) {
            warnings.addAll(UnreadVariables.warnings(sources, environment, isPasswordGiven(uri, settings)));
        }
        Values values = new Values(settings, mistakes);
        values.judgeOverridden();
        return assemble(uri, replicas, values);
    }

    private static boolean isPasswordGiven(@Nullable ConnectionUri uri, Settings settings) {
        boolean inUri = uri != null && uri.password() != null;
        return inUri
                || Key.allOfComponent(Key.PASSWORD.spec().component()).stream()
                        .anyMatch(key -> settings.explicit(key) != null);
    }

    private @Nullable DatabaseConfig assemble(@Nullable ConnectionUri uri, List<ReplicaUri> replicas, Values values) {
        Settings settings = values.settings();
        EnvironmentMode mode = values.word(Key.ENVIRONMENT_MODE, EnvironmentMode.class);
        PasswordBinding passwords = new PasswordBinding(values, environment, mistakes, warnings);
        LoginBinding logins = new LoginBinding(values, passwords, mistakes);
        Login primary = primaryLogin(values, logins, mode, uri);
        List<Endpoint> servers = endpoints(uri, replicas);
        TlsPolicy policy = policy(settings);
        TlsBinding tlsKeys = new TlsBinding(values, mistakes, warnings, policy, TlsPolicyRules.hosts(servers));
        TlsConfig tls = tlsKeys.bind(verifiesByDefault(mode, settings, servers), keyPassword(uri, passwords, settings));
        WorkloadConfig workload = workload(values);
        DatabaseConfigBuilder builder = DatabaseConfig.builder()
                .endpoints(servers)
                .database(required(values, Key.APP_DB))
                .user(primary.user())
                .password(primary.password())
                // Stands in for what is already known to be wrong, so that the rest is still checked.
                .tls(tls == null ? TlsConfig.verifyFull() : tls)
                .satisfies(policy)
                .pool(pool(values, workload))
                .timeouts(timeouts(values))
                .topology(new TopologyBinding(values, mistakes).bind())
                .routing(routing(values))
                .applicationName(Objects.requireNonNullElse(values.name(Key.APPLICATION_NAME), "penstock"))
                .environmentMode(mode)
                .roles(logins.roles())
                .session(session(values))
                .start(values.word(Key.START, StartPolicy.class))
                .workload(workload)
                .replicaLogins(logins.replicas(primary, uri == null ? null : uri.password(), replicas));
        String methods = values.text(Key.REQUIRE_AUTH);
        if (methods != null) {
            builder.requireAuth(methods);
        }
        Map<String, String> origins = origins(settings, primary, workload);
        origins.putAll(tlsKeys.given(methods == null));
        return build(
                builder.provenance(new Provenance(sources.path(), origins, List.copyOf(new LinkedHashSet<>(warnings)))),
                settings);
    }

    private static boolean verifiesByDefault(EnvironmentMode mode, Settings settings, List<Endpoint> endpoints) {
        return EnvironmentRules.verifyByDefault(mode, settings.explicit(Key.ENVIRONMENT_MODE) != null, endpoints);
    }

    /** The variable adds a file, and the key another one: neither takes the place of the other. */
    private TlsPolicy policy(Settings settings) {
        List<Path> added = new ArrayList<>();
        for (Setting one : new Setting[] {settings.variable(Key.POLICY), settings.asked(Key.POLICY)}) {
            if (one == null) {
                continue;
            }
            if (one.text().isBlank()) {
                mistakes.add(one.violation("BLANK", "must not be blank", "Name an existing file, or leave it out."));
                continue;
            }
            try {
                added.add(Path.of(one.text()));
            } catch (InvalidPathException notAPath) {
                mistakes.add(one.violation("NOT_A_PATH", "is not a path", "Name an existing file."));
            }
        }
        TlsPolicy policy = policies.apply(added.toArray(Path[]::new));
        policy.faults().forEach(mistakes::add);
        return policy;
    }

    private @Nullable DatabaseConfig build(DatabaseConfigBuilder builder, Settings settings) {
        try {
            return builder.build();
        } catch (InvalidConfigException e) {
            add(e, "", settings);
            return null;
        }
    }

    /** The records name components; the reader of a file knows keys. */
    private Violation located(Violation violation, Settings settings) {
        Key key = Key.ofComponent(violation.path()).orElse(null);
        String origin = violation.origin();
        if (key == null) {
            String place = origin.equals(Violation.IN_CODE) ? settings.origin(Key.URL) : origin;
            return violation.at(sources.path(), place);
        }
        Setting setting = settings.get(key);
        return new Violation(
                settings.path(key),
                violation.code(),
                violation.value(),
                violation.message(),
                setting != null ? setting.origin() : origin.equals(Violation.IN_CODE) ? Scalar.DEFAULT : origin,
                violation.remedy());
    }

    private Login primaryLogin(Values values, LoginBinding logins, EnvironmentMode mode, @Nullable ConnectionUri uri) {
        String user = required(values, Key.USER);
        PasswordSource password = logins.password(mode, uri == null ? null : uri.password());
        return new Login(user, password == null ? PasswordSource.env("UNKNOWN") : password);
    }

    private static @Nullable PasswordSource keyPassword(
            @Nullable ConnectionUri uri, PasswordBinding passwords, Settings settings) {
        UriPassword password = uri == null ? null : uri.keyPassword();
        return password == null ? null : passwords.alone(password, settings.path(Key.URL), settings.origin(Key.URL));
    }

    private static List<Endpoint> endpoints(@Nullable ConnectionUri uri, List<ReplicaUri> replicas) {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.addAll(uri == null ? List.of(new Endpoint("localhost", Endpoint.DEFAULT_PORT)) : uri.endpoints());
        for (ReplicaUri replica : replicas) {
            endpoints.addAll(replica.uri().endpoints());
        }
        return endpoints;
    }

    private String required(Values values, Key key) {
        if (values.settings().get(key) == null) {
            mistakes.add(new Violation(
                    values.settings().path(key),
                    "REQUIRED",
                    "",
                    "must be set",
                    Scalar.DEFAULT,
                    "Name it in the connection string, or as " + key.yamlName() + "."));
        }
        return Objects.requireNonNullElse(values.name(key), "unknown");
    }

    private PoolConfig pool(Values values, WorkloadConfig workload) {
        Settings settings = values.settings();
        boolean found = isFound(settings, workload);
        Optional<WorkloadPreset> preset = workload.presetOfTimes(found);
        Duration recycle = time(values, Key.POOL_RECYCLE, preset.map(WorkloadPreset::poolRecycleSeconds));
        Duration idle = settings.explicit(Key.IDLE_TIMEOUT) == null
                ? PoolConfig.idleTimeoutWithin(recycle)
                : values.duration(Key.IDLE_TIMEOUT);
        try {
            return new PoolConfig(
                    found ? null : values.optionalInteger(Key.POOL_SIZE),
                    found && settings.explicit(Key.MAX_OVERFLOW) == null
                            ? null
                            : (Integer) values.integer(Key.MAX_OVERFLOW),
                    time(values, Key.POOL_TIMEOUT, preset.map(WorkloadPreset::poolTimeoutSeconds)),
                    recycle,
                    idle,
                    values.duration(Key.KEEPALIVE),
                    values.share(Key.PRIMARY_READ_SHARE),
                    values.integer(Key.MAX_WAITING));
        } catch (InvalidConfigException e) {
            add(e, "pool", settings);
            return PoolConfig.defaults();
        }
    }

    /** Whether the size of the pool is left to be found. */
    private static boolean isFound(Settings settings, WorkloadConfig workload) {
        Setting size = settings.explicit(Key.POOL_SIZE);
        return size == null
                ? workload.preset() != null
                : Key.POOL_SIZE.spec().words().contains(size.text());
    }

    /** As written, else the preset's, else the default. */
    private static Duration time(Values values, Key key, Optional<Integer> presetSeconds) {
        boolean written = values.settings().explicit(key) != null;
        return presetSeconds
                .filter(seconds -> !written)
                .map(Duration::ofSeconds)
                .orElseGet(() -> values.duration(key));
    }

    private static TimeoutConfig timeouts(Values values) {
        return new TimeoutConfig(
                values.duration(Key.CONNECT_TIMEOUT),
                values.duration(Key.STATEMENT_TIMEOUT),
                values.duration(Key.CLOSE_TIMEOUT));
    }

    private static RoutingConfig routing(Values values) {
        return new RoutingConfig(
                values.word(Key.ON_NO_REPLICA, OnNoReplica.class),
                Objects.requireNonNullElse(values.share(Key.PRIMARY_READ_WEIGHT), 0.0));
    }

    private static WorkloadConfig workload(Values values) {
        return new WorkloadConfig(
                values.optionalInteger(Key.INSTANCES),
                values.integer(Key.DEPLOY_SURGE),
                values.optionalInteger(Key.REQUESTS_PER_SECOND),
                values.share(Key.READ_SHARE),
                values.optionalInteger(Key.AVG_QUERY_TIME_MS),
                values.optionalInteger(Key.P99_WAIT_MS),
                values.optionalInteger(Key.MAX_CONCURRENT_REQUESTS),
                values.integer(Key.CONNECTIONS_PER_REQUEST),
                values.optionalInteger(Key.SERVER_CORES),
                values.optionalWord(Key.WORKLOAD, WorkloadPreset.class));
    }

    private SessionConfig session(Values values) {
        String options = Objects.requireNonNullElse(values.text(Key.OPTIONS), "");
        Settings settings = values.settings();
        Map<String, String> parsed = Map.of();
        try {
            parsed = SessionOptions.parse(options);
        } catch (InvalidConfigException e) {
            add(e, "session.settings", settings);
        }
        String schema = values.name(Key.SCHEMA);
        Hygiene hygiene = values.word(Key.HYGIENE, Hygiene.class);
        Pooler pooler = values.word(Key.POOLER, Pooler.class);
        ErrorDetail detail = values.optionalWord(Key.ERROR_DETAIL, ErrorDetail.class);
        try {
            return new SessionConfig(schema, parsed, hygiene, pooler, detail);
        } catch (InvalidConfigException e) {
            add(e, "session", settings);
            return SessionConfig.defaults();
        }
    }

    private void add(InvalidConfigException wrong, String component, Settings settings) {
        for (Violation violation : wrong.violations()) {
            mistakes.add(located(violation.at(component, violation.origin()), settings));
        }
    }

    private static Map<String, String> origins(Settings settings, Login primary, WorkloadConfig workload) {
        Map<String, String> origins = settings.origins();
        if (primary.password().isLiteral() && !origins.containsKey(Key.PASSWORD.yamlName())) {
            origins.put(Key.PASSWORD.yamlName(), origins.getOrDefault(Key.URL.yamlName(), Scalar.DEFAULT));
        }
        boolean found = isFound(settings, workload);
        if (found) {
            Key saysSo = settings.explicit(Key.POOL_SIZE) == null ? Key.WORKLOAD : Key.POOL_SIZE;
            unlessWritten(origins, settings, Key.POOL_SIZE, settings.origin(saysSo));
            unlessWritten(origins, settings, Key.MAX_OVERFLOW, settings.origin(saysSo));
        }
        workload.presetOfTimes(found).map(preset -> "preset " + preset.word()).ifPresent(origin -> {
            unlessWritten(origins, settings, Key.POOL_TIMEOUT, origin);
            unlessWritten(origins, settings, Key.POOL_RECYCLE, origin);
        });
        return origins;
    }

    private static void unlessWritten(Map<String, String> origins, Settings settings, Key key, String origin) {
        if (settings.explicit(key) == null) {
            origins.put(key.yamlName(), origin);
        }
    }
}
