package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.Violation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From what was written about one database to its configuration: connection strings, then every key by its row, then logins and TLS, then the
 * builder, which judges what several values say together. Used once; not thread-safe.
 */
final class Binding {
    private final Sources sources;
    private final Map<String, String> environment;
    private final Function<Path[], TlsPolicy> policies;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings = new ArrayList<>();
    private Map<String, Setting> driver = Map.of();

    private Binding(
            Sources sources, Map<String, String> environment, Function<Path[], TlsPolicy> policies, Mistakes mistakes) {
        this.sources = sources;
        this.environment = environment;
        this.policies = policies;
        this.mistakes = mistakes;
    }

    /** @throws dev.penstock.violation.InvalidConfigException with {@code mistakes} and everything else that is wrong */
    static DatabaseConfig bind(
            Sources sources, Map<String, String> environment, Function<Path[], TlsPolicy> policies, Mistakes mistakes) {
        return new Binding(sources, environment, policies, mistakes).bind();
    }

    private DatabaseConfig bind() {
        Substitution substitution = new Substitution(environment);
        UriBinding uris = new UriBinding(sources, substitution.naming(Naming.BRACED), mistakes);
        uris.refuseTwoPrimaries(environment);
        ConnectionUri uri = uris.primary(environment);
        List<ReplicaUri> replicas = uris.replicas();
        Settings settings = new Settings(uri == null ? Map.of() : uri.keys(), sources, substitution, mistakes);
        mistakes.placedBy(settings);
        if (uri != null) {
            uris.compare(replicas, settings);
            warnings.addAll(uri.warnings());
        }
        for (ReplicaUri replica : replicas) {
            warnings.addAll(replica.uri().warnings());
        }
        warnings.addAll(settings.overridden());
        driver = DriverBinding.bind(uri == null ? Map.of() : uri.driver(), sources, substitution, mistakes, warnings);
        if (sources.isUnnamed()) {
            warnings.addAll(UnreadVariables.warnings(sources, environment, isPasswordGiven(uri, settings)));
        }
        return assembled(uri, replicas, settings);
    }

    private static boolean isPasswordGiven(@Nullable ConnectionUri uri, Settings settings) {
        boolean inUri = uri != null && uri.password() != null;
        return inUri
                || Key.allOfComponent(Key.PASSWORD.component).stream().anyMatch(key -> settings.explicit(key) != null);
    }

    private DatabaseConfig assembled(@Nullable ConnectionUri uri, List<ReplicaUri> replicas, Settings settings) {
        EnvironmentMode mode = Objects.requireNonNull(settings.value(Key.ENVIRONMENT_MODE));
        PasswordBinding passwords = new PasswordBinding(settings, environment, mistakes, warnings);
        LoginBinding logins = new LoginBinding(settings, passwords, mistakes);
        List<Endpoint> servers = endpoints(uri, replicas);
        DatabaseConfig.Builder builder = DatabaseConfig.builder().endpoints(servers);
        settings.fill(builder);
        DriverBinding.judged(driver, Objects.requireNonNull(settings.value(Key.POOLER)), mistakes)
                .forEach(builder::driverProperty);
        required(Key.APP_DB, settings);
        required(Key.USER, settings);
        PasswordSource password = logins.password(mode, uri == null ? null : uri.password());
        String user = Objects.requireNonNullElse(settings.value(Key.USER), "unknown");
        Login primary = new Login(user, password == null ? PasswordSource.env("UNKNOWN") : password);
        TlsPolicy policy = policy(settings);
        TlsBinding tlsKeys = new TlsBinding(settings, mistakes, warnings, policy, TlsPolicyRules.hosts(servers));
        TlsConfig tls = tlsKeys.bind(verifiesByDefault(mode, settings, servers), keyPassword(uri, passwords, settings));
        // A value stands in for what is already known to be wrong, so that the rest is still checked.
        builder.password(primary.password())
                .tls(tls == null ? TlsConfig.verifyFull() : tls)
                .satisfies(policy)
                .roles(roles -> roles.readOnly(logins.readOnly()).migration(logins.migration()));
        Map<String, String> origins = origins(settings, primary, builder);
        origins.putAll(tlsKeys.given(settings.value(Key.REQUIRE_AUTH) == null));
        return builder.replicaLogins(logins.replicas(primary, uri == null ? null : uri.password(), replicas))
                .provenance(new Provenance(sources.path(), origins, List.copyOf(new LinkedHashSet<>(warnings))))
                .build(mistakes);
    }

    /** The variable adds a file, and the key another one: neither takes the place of the other. */
    private TlsPolicy policy(Settings settings) {
        List<Path> added = new ArrayList<>();
        for (Setting one : new Setting[] {settings.variable(Key.POLICY), settings.asked(Key.POLICY)}) {
            if (one == null) {
                continue;
            }
            if (one.text().isBlank()) {
                mistakes.add(
                        Key.POLICY,
                        one.violation("BLANK", "must not be blank", "Name an existing file, or leave it out."));
                continue;
            }
            try {
                added.add(Path.of(one.text()));
            } catch (InvalidPathException notAPath) {
                mistakes.add(Key.POLICY, one.violation("NOT_A_PATH", "is not a path", "Name an existing file."));
            }
        }
        TlsPolicy policy = policies.apply(added.toArray(Path[]::new));
        policy.faults().forEach(fault -> mistakes.add(Key.POLICY, fault));
        return policy;
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

    private void required(Key key, Settings settings) {
        if (settings.get(key) == null) {
            String remedy = "Name it in the connection string, or as " + key.yamlName() + ".";
            mistakes.add(key, key, Violation.of("REQUIRED", "", "must be set", remedy));
        }
    }

    private static boolean verifiesByDefault(EnvironmentMode mode, Settings settings, List<Endpoint> endpoints) {
        return EnvironmentRules.verifyByDefault(mode, settings.explicit(Key.ENVIRONMENT_MODE) != null, endpoints);
    }

    private Map<String, String> origins(Settings settings, Login primary, DatabaseConfig.Builder builder) {
        Map<String, String> origins = settings.origins();
        if (primary.password().isLiteral() && !origins.containsKey(Key.PASSWORD.yamlName())) {
            origins.put(Key.PASSWORD.yamlName(), origins.getOrDefault(Key.URL.yamlName(), Setting.DEFAULT));
        }
        WorkloadConfig workload = builder.workload();
        boolean found = builder.pool().isFound(workload);
        if (found) {
            Key saysSo = settings.explicit(Key.POOL_SIZE) == null ? Key.WORKLOAD : Key.POOL_SIZE;
            unlessWritten(origins, settings, Key.POOL_SIZE, settings.origin(saysSo));
            unlessWritten(origins, settings, Key.MAX_OVERFLOW, settings.origin(saysSo));
        }
        workload.presetOfTimes(found).map(preset -> "preset " + preset.word()).ifPresent(origin -> {
            unlessWritten(origins, settings, Key.POOL_TIMEOUT, origin);
            unlessWritten(origins, settings, Key.POOL_RECYCLE, origin);
        });
        driver.forEach((name, value) -> origins.put(DriverProperty.SECTION + "." + name, value.origin()));
        return origins;
    }

    private static void unlessWritten(Map<String, String> origins, Settings settings, Key key, String origin) {
        if (settings.explicit(key) == null) {
            origins.put(key.yamlName(), origin);
        }
    }
}
