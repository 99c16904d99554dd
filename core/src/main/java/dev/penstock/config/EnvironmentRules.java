package dev.penstock.config;

import dev.penstock.tls.CertValidation;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code environment_mode} decides: production refuses it, the other modes allow it with one warning each. */
final class EnvironmentRules {
    /** A rule that does not hold, named by the component of the records that breaks it. */
    private record Breach(String component, String code, String value, String message, String remedy) {}

    private EnvironmentRules() {}

    /** What production refuses in this configuration; empty in the other modes. */
    static List<Violation> violations(DatabaseConfig config) {
        if (config.environmentMode() != EnvironmentMode.PRODUCTION) {
            return List.of();
        }
        return breaches(config).stream()
                .map(breach -> violation(config, breach))
                .toList();
    }

    private static Violation violation(DatabaseConfig config, Breach breach) {
        return new Violation(
                breach.component,
                breach.code,
                breach.value,
                breach.message,
                config.provenance().originOf(breach.component),
                breach.remedy);
    }

    /** What an operator should know about a configuration that is allowed. */
    static List<ConfigWarning> warnings(DatabaseConfig config) {
        List<ConfigWarning> warnings = new ArrayList<>();
        if (config.environmentMode() == EnvironmentMode.PRODUCTION) {
            warnings.addAll(unverifiedServer(config, farthest(config)));
        } else {
            breaches(config).forEach(breach -> warnings.add(warning(config, breach)));
        }
        warnings.addAll(RequireAuth.warnings(config));
        unsetEnvironment(config, warnings);
        return warnings;
    }

    /** What production refuses of that server, whoever named it; empty in the other modes. */
    static Optional<Violation> refusal(DatabaseConfig config, Endpoint endpoint) {
        return refusal(config, HostKind.of(endpoint.host()));
    }

    /** The same once its name is resolved: a name that stands for this machine by the rules of names alone may lead elsewhere. */
    static Optional<Violation> refusal(DatabaseConfig config, Endpoint endpoint, InetAddress address) {
        HostKind named = HostKind.of(endpoint.host());
        boolean leadsElsewhere = named == HostKind.LOOPBACK && !address.isLoopbackAddress();
        return refusal(config, leadsElsewhere ? HostKind.of(address.getHostAddress()) : named);
    }

    private static Optional<Violation> refusal(DatabaseConfig config, HostKind kind) {
        return config.environmentMode() == EnvironmentMode.PRODUCTION
                ? hostBreaches(config, kind).stream()
                        .map(breach -> violation(config, breach))
                        .findFirst()
                : Optional.empty();
    }

    /** What an operator should know about a server that was found, and was not told about the configured ones. */
    static List<ConfigWarning> warnings(DatabaseConfig config, Endpoint found) {
        List<String> told = hostWarnings(config, farthest(config)).stream()
                .map(ConfigWarning::code)
                .toList();
        return hostWarnings(config, HostKind.of(found.host())).stream()
                .filter(warning -> !told.contains(warning.code()))
                .toList();
    }

    private static List<ConfigWarning> hostWarnings(DatabaseConfig config, HostKind kind) {
        return config.environmentMode() == EnvironmentMode.PRODUCTION
                ? unverifiedServer(config, kind)
                : hostBreaches(config, kind).stream()
                        .map(breach -> warning(config, breach))
                        .toList();
    }

    private static List<Breach> breaches(DatabaseConfig config) {
        List<Breach> found = new ArrayList<>(hostBreaches(config, farthest(config)));
        literalPasswords(config, found);
        ownerLogsIn(config, found);
        return found;
    }

    private static List<Breach> hostBreaches(DatabaseConfig config, HostKind kind) {
        List<Breach> found = new ArrayList<>();
        encryption(config, kind, found);
        unverifiedPublicServer(config, kind, found);
        return found;
    }

    private static void encryption(DatabaseConfig config, HostKind kind, List<Breach> found) {
        SslMode mode = config.tls().mode();
        if (!mode.requiresEncryption() && kind != HostKind.LOOPBACK) {
            found.add(
                    new Breach(
                            "tls.mode",
                            "PRODUCTION_TLS",
                            mode.libpqName(),
                            "may send passwords and data in clear text to a host that is not this machine",
                            "Use sslmode=verify-full: TlsConfig.verifyFull(caFile), or verifyFull() for a public certificate."));
        }
    }

    private static void unverifiedPublicServer(DatabaseConfig config, HostKind kind, List<Breach> found) {
        TlsConfig tls = config.tls();
        if (isUnverified(tls) && tls.certValidation() != CertValidation.NONE && kind == HostKind.PUBLIC) {
            found.add(new Breach(
                    "tls.mode",
                    "REQUIRE_UNVERIFIED",
                    tls.mode().libpqName(),
                    "encrypts to a public host without checking whose server it is",
                    "One of three: sslrootcert=<CA file>; sslmode=verify-full with sslrootcert=system; or"
                            + " cert_validation: none, to say aloud that the server stays unproven."));
        }
    }

    private static void literalPasswords(DatabaseConfig config, List<Breach> found) {
        boolean literal = Stream.concat(
                        Stream.of(new Login(config.user(), config.password())),
                        Stream.of(config.roles().readOnly(), config.roles().migration())
                                .filter(Objects::nonNull))
                .anyMatch(login -> login.password().isLiteral());
        boolean replica = config.replicaLogins().values().stream()
                .anyMatch(login -> login.password().isLiteral());
        if (literal || replica) {
            found.add(new Breach(
                    literal ? "password" : "replicas",
                    "LITERAL_PASSWORD",
                    "***",
                    (literal ? "is" : "holds a password that is") + " a literal in a file or program",
                    "Use user_pw_file_path or user_pw_env_var; in code PasswordSource.dockerSecret(name), file(path) or"
                            + " env(variable)."));
        }
    }

    private static void ownerLogsIn(DatabaseConfig config, List<Breach> found) {
        if (config.user().equals(config.roles().ownerUser())) {
            found.add(new Breach(
                    "user",
                    "OWNER_LOGS_IN",
                    config.user(),
                    "is the owner of the tables, who bypasses row-level security and should not be able to log in",
                    "Log in as a role of its own; migrations take the owner's role by owner_user."));
        }
    }

    private static List<ConfigWarning> unverifiedServer(DatabaseConfig config, HostKind kind) {
        boolean waived = config.tls().certValidation() == CertValidation.NONE && kind == HostKind.PRIVATE;
        if (!isUnverified(config.tls()) || kind == HostKind.LOOPBACK || waived) {
            return List.of();
        }
        return List.of(warning(
                config,
                "tls.mode",
                "REQUIRE_UNVERIFIED",
                "encrypts without checking whose server it is",
                "Give sslrootcert, or say cert_validation: none on a private network."));
    }

    private static void unsetEnvironment(DatabaseConfig config, List<ConfigWarning> warnings) {
        String origin = config.origins().getOrDefault(Key.ENVIRONMENT_MODE.yamlName(), Scalar.DEFAULT);
        if (origin.equals(Scalar.DEFAULT) && farthest(config) != HostKind.LOOPBACK) {
            warnings.add(warning(
                    config,
                    "environmentMode",
                    "ENVIRONMENT_UNSET",
                    "is not set and means development, but a server is not on this machine",
                    "Set APP_ENVIRONMENT or environment_mode."));
        }
    }

    private static boolean isUnverified(TlsConfig tls) {
        return tls.mode() == SslMode.REQUIRE && tls.ca() == null;
    }

    /** The kind of the host that is least trusted. */
    private static HostKind farthest(DatabaseConfig config) {
        return config.endpoints().stream()
                .map(endpoint -> HostKind.of(endpoint.host()))
                .max(HostKind::compareTo)
                .orElse(HostKind.LOOPBACK);
    }

    private static ConfigWarning warning(DatabaseConfig config, Breach breach) {
        return warning(
                config, breach.component, breach.code, breach.message + ", which production refuses", breach.remedy);
    }

    private static ConfigWarning warning(
            DatabaseConfig config, String component, String code, String message, String remedy) {
        Provenance places = config.provenance();
        return new ConfigWarning(places.pathOf(component), code, message, places.originOf(component), remedy);
    }
}
