package dev.penstock.config;

import dev.penstock.tls.CertValidation;
import dev.penstock.tls.ChannelBinding;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsReason;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What {@code environment_mode} decides: production refuses what is not safe, the other modes allow it with one warning each. Where no mode is
 * set, development holds, but nothing goes to a public host in clear text, and {@code verify-full} is the mode of TLS that nobody wrote.
 */
final class EnvironmentRules {
    /** A rule that does not hold, named by the component of the records that breaks it. */
    private record Breach(String component, String code, String value, String message, String remedy) {}

    /** Whom the rules are about: a host, and how far it is. */
    private record Server(String host, HostKind kind) {
        static Server of(Endpoint endpoint) {
            return new Server(endpoint.host(), HostKind.of(endpoint.host()));
        }
    }

    private static final String CLEAR_TEXT = "PRODUCTION_TLS";

    /** What a server may fail at when it has to prove itself. */
    private static final Set<TlsReason> UNPROVEN = EnumSet.of(
            TlsReason.TLS_NOT_OFFERED,
            TlsReason.TLS_UNTRUSTED_CHAIN,
            TlsReason.TLS_HOSTNAME_MISMATCH,
            TlsReason.TLS_EXPIRED,
            TlsReason.TLS_NOT_YET_VALID);

    private EnvironmentRules() {}

    /**
     * Whether every server must prove itself where no {@code tls.mode} is written: in production, and where nothing is set and a server is
     * public. The servers of a database share one mode, so that one public host decides for all of them.
     *
     * @param isSet whether somebody wrote the mode of the environment
     */
    static boolean verifyByDefault(EnvironmentMode mode, boolean isSet, List<Endpoint> endpoints) {
        return mode == EnvironmentMode.PRODUCTION
                || (!isSet && farthest(endpoints).kind() == HostKind.PUBLIC);
    }

    /** What keeps this configuration from being used. */
    static List<Violation> violations(DatabaseConfig config) {
        Server server = farthest(config.endpoints());
        return Stream.concat(hostBreaches(config, server).stream(), ownBreaches(config).stream())
                .filter(breach -> isRefused(config, server, breach))
                .map(breach -> violation(config, breach))
                .toList();
    }

    /** Production refuses whatever is not safe. With nothing set, only what a public host may be sent in clear text is refused. */
    private static boolean isRefused(DatabaseConfig config, Server server, Breach breach) {
        return isProduction(config) || (breach.code.equals(CLEAR_TEXT) && isPublicWithNothingSet(config, server));
    }

    private static boolean isProduction(DatabaseConfig config) {
        return config.environmentMode() == EnvironmentMode.PRODUCTION;
    }

    private static boolean isUnset(DatabaseConfig config) {
        return config.origins()
                .getOrDefault(Key.ENVIRONMENT_MODE.yamlName(), Setting.DEFAULT)
                .equals(Setting.DEFAULT);
    }

    private static boolean isPublicWithNothingSet(DatabaseConfig config, Server server) {
        return isUnset(config) && server.kind() == HostKind.PUBLIC;
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
        Server server = farthest(config.endpoints());
        List<ConfigWarning> warnings = new ArrayList<>(hostWarnings(config, server));
        if (!isProduction(config)) {
            ownBreaches(config).forEach(breach -> warnings.add(warning(config, breach)));
        }
        warnings.addAll(RequireAuth.warnings(config));
        if (isUnset(config) && server.kind() == HostKind.PRIVATE) {
            unsetEnvironment(config, warnings);
        }
        return warnings;
    }

    /** Towards a public host nothing follows from it that would not be told by itself. */
    private static void unsetEnvironment(DatabaseConfig config, List<ConfigWarning> warnings) {
        // What follows from one thing that is not set is one warning.
        boolean follows =
                isModeByDefault(config) && warnings.removeIf(told -> told.code().equals(CLEAR_TEXT));
        warnings.add(warning(
                config,
                "environmentMode",
                "ENVIRONMENT_UNSET",
                "is not set and means development, "
                        + (follows
                                ? "where passwords may go in clear text to a host that is not this machine"
                                : "but a server is not on this machine"),
                "Set APP_ENVIRONMENT or environment_mode."));
    }

    private static boolean isModeByDefault(DatabaseConfig config) {
        return config.provenance().originOf("tls.mode").equals(Setting.DEFAULT);
    }

    /** The failure with the ways out in its remedy, when the server failed at a proof that nobody asked it for by name; else as it is. */
    static TlsFailure explained(DatabaseConfig config, Endpoint endpoint, TlsFailure failure) {
        Server server = farthest(config.endpoints());
        boolean ruled = isModeByDefault(config) && (isProduction(config) || isPublicWithNothingSet(config, server));
        if (!ruled || !UNPROVEN.contains(failure.reason())) {
            return failure;
        }
        String set = "sslmode and sslrootcert as " + Platform.pageOf(endpoint.host()) + " has them";
        String ways = isProduction(config)
                ? "sslmode is not set, and production verifies in full then: set " + set + "."
                : "Nothing is set, and '" + server.host()
                        + "' is a public host, so servers are verified in full. Two ways out: set " + set
                        + "; or say APP_ENVIRONMENT=development, or dial a private name, where the network is trusted.";
        return new TlsFailure(failure.reason(), failure.message(), failure.remedy() + " " + ways);
    }

    /** Why that server is not dialled, whoever named it; empty when it is. */
    static Optional<Violation> refusal(DatabaseConfig config, Endpoint endpoint) {
        return refusal(config, Server.of(endpoint));
    }

    /** The same once its name is resolved: a name that stands for this machine by the rules of names alone may lead elsewhere. */
    static Optional<Violation> refusal(DatabaseConfig config, Endpoint endpoint, InetAddress address) {
        Server named = Server.of(endpoint);
        boolean leadsElsewhere = named.kind() == HostKind.LOOPBACK && !address.isLoopbackAddress();
        return refusal(
                config, leadsElsewhere ? new Server(endpoint.host(), HostKind.of(address.getHostAddress())) : named);
    }

    private static Optional<Violation> refusal(DatabaseConfig config, Server server) {
        return hostBreaches(config, server).stream()
                .filter(breach -> isRefused(config, server, breach))
                .map(breach -> violation(config, breach))
                .findFirst();
    }

    /** What an operator should know about a server that was found, and was not told about the configured ones. */
    static List<ConfigWarning> warnings(DatabaseConfig config, Endpoint found) {
        List<String> told = hostWarnings(config, farthest(config.endpoints())).stream()
                .map(ConfigWarning::code)
                .toList();
        return hostWarnings(config, Server.of(found)).stream()
                .filter(warning -> !told.contains(warning.code()))
                .toList();
    }

    private static List<ConfigWarning> hostWarnings(DatabaseConfig config, Server server) {
        List<ConfigWarning> warnings = hostBreaches(config, server).stream()
                .filter(breach -> !isRefused(config, server, breach))
                .map(breach -> warning(config, breach))
                .toList();
        boolean isStrict = isProduction(config) || isPublicWithNothingSet(config, server);
        return isStrict && warnings.isEmpty() ? unverifiedServer(config, server) : warnings;
    }

    /** What the configuration itself breaks, wherever its servers are. */
    private static List<Breach> ownBreaches(DatabaseConfig config) {
        List<Breach> found = new ArrayList<>();
        literalPasswords(config, found);
        ownerLogsIn(config, found);
        return found;
    }

    /** What it breaks towards servers of that kind. */
    private static List<Breach> hostBreaches(DatabaseConfig config, Server server) {
        List<Breach> found = new ArrayList<>();
        encryption(config, server, found);
        unverifiedPublicServer(config, server, found);
        return found;
    }

    private static void encryption(DatabaseConfig config, Server server, List<Breach> found) {
        SslMode mode = config.tls().mode();
        if (!mode.requiresEncryption() && server.kind() != HostKind.LOOPBACK) {
            boolean unset = isPublicWithNothingSet(config, server);
            found.add(new Breach(
                    "tls.mode",
                    CLEAR_TEXT,
                    mode.libpqName(),
                    "may send passwords and data in clear text to a host that is "
                            + (unset ? "public, and environment_mode is not set" : "not this machine"),
                    "Use sslmode=verify-full: TlsConfig.verifyFull(caFile), or verifyFull() for a public certificate"
                            + (unset ? "; in development set APP_ENVIRONMENT=development." : ".")));
        }
    }

    private static void unverifiedPublicServer(DatabaseConfig config, Server server, List<Breach> found) {
        TlsConfig tls = config.tls();
        if (isUnverified(tls) && tls.certValidation() != CertValidation.NONE && server.kind() == HostKind.PUBLIC) {
            found.add(new Breach(
                    "tls.mode",
                    "REQUIRE_UNVERIFIED",
                    tls.mode().libpqName(),
                    "encrypts to a public host without checking whose server it is",
                    isProduction(config)
                            ? "One of four: sslrootcert=<CA file>; sslmode=verify-full with sslrootcert=system;"
                                    + " channel_binding=require; or cert_validation: none, to say aloud that the server"
                                    + " stays unproven."
                            : "Write " + Platform.lineOf(server.host())
                                    + ", or channel_binding=require, which proves it too; see "
                                    + Platform.pageOf(server.host()) + "."));
        }
    }

    private static void literalPasswords(DatabaseConfig config, List<Breach> found) {
        // Not as a Login, which would judge the role's name once more.
        boolean literal = config.password().isLiteral()
                || Stream.of(config.roles().readOnly(), config.roles().migration())
                        .filter(Objects::nonNull)
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

    private static List<ConfigWarning> unverifiedServer(DatabaseConfig config, Server server) {
        boolean waived = config.tls().certValidation() == CertValidation.NONE && server.kind() == HostKind.PRIVATE;
        if (!isUnverified(config.tls()) || server.kind() == HostKind.LOOPBACK || waived) {
            return List.of();
        }
        return List.of(warning(
                config,
                "tls.mode",
                "REQUIRE_UNVERIFIED",
                "encrypts without checking whose server it is",
                "Give sslrootcert, or say cert_validation: none on a private network."));
    }

    /** With channel binding the login proves the server: it knows the role's password, and its is the certificate that was shown. */
    private static boolean isUnverified(TlsConfig tls) {
        return tls.mode() == SslMode.REQUIRE && tls.ca() == null && tls.channelBinding() != ChannelBinding.REQUIRE;
    }

    /** The first of those that are least trusted. */
    private static Server farthest(List<Endpoint> endpoints) {
        Server farthest = Server.of(endpoints.get(0));
        for (Endpoint endpoint : endpoints) {
            Server server = Server.of(endpoint);
            farthest = server.kind().compareTo(farthest.kind()) > 0 ? server : farthest;
        }
        return farthest;
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
