package dev.penstock.config;

import dev.penstock.tls.SslMode;
import java.util.ArrayList;
import java.util.List;

/** The rules that look at several components at once. Each gives a violation or nothing. */
final class ConfigRules {
    private ConfigRules() {}

    static void check(DatabaseConfig config) {
        List<Violation> found = new ArrayList<>();
        everyServerOnce(config, found);
        productionIsEncrypted(config, found);
        productionHasNoLiteralPassword(config, found);
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }

    private static void everyServerOnce(DatabaseConfig config, List<Violation> found) {
        if (config.distinctEndpoints().size() != config.endpoints().size()) {
            found.add(new Violation(
                    "replicas",
                    "DUPLICATE_SERVER",
                    config.replicas().toString(),
                    "must not name a server twice, or the primary again",
                    Violation.IN_CODE,
                    "List every server once; the primary is read from as well when no replica can serve."));
        }
    }

    private static void productionIsEncrypted(DatabaseConfig config, List<Violation> found) {
        SslMode mode = config.tls().mode();
        boolean remote = config.endpoints().stream().anyMatch(e -> !isLoopback(e.host()));
        if (config.environmentMode() == EnvironmentMode.PRODUCTION && remote && !mode.requiresEncryption()) {
            found.add(new Violation(
                    "tls.mode",
                    "PRODUCTION_TLS",
                    mode.libpqName(),
                    "must be require or stronger in production on a host that is not loopback",
                    Violation.IN_CODE,
                    "Use TlsConfig.verifyFull(caFile), or verifyFull() for a publicly trusted certificate."));
        }
    }

    private static void productionHasNoLiteralPassword(DatabaseConfig config, List<Violation> found) {
        if (config.environmentMode() == EnvironmentMode.PRODUCTION
                && config.password().isLiteral()) {
            found.add(new Violation(
                    "password",
                    "LITERAL_PASSWORD",
                    "***",
                    "must not be a literal in production",
                    Violation.IN_CODE,
                    "Use PasswordSource.dockerSecret(name), file(path) or env(variable)."));
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }
}
