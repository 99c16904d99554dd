package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.List;

/** Everything a {@link DatabaseConfig} must satisfy: its components one by one, then several at once. */
final class ConfigRules {
    /**
     * The components that have a rule of their own. In a record apart, because the validator reads every member of what
     * it is given: those of {@link DatabaseConfig} would make up a tenth of what loading costs at a cold start.
     */
    private record Ruled(
            @Filled @Printable String database,
            @Filled @Printable String user,
            @Filled @Printable String applicationName) {}

    private ConfigRules() {}

    /** @throws InvalidConfigException with every rule that does not hold */
    static void check(DatabaseConfig config) {
        List<Violation> found = new ArrayList<>(
                ConfigValidation.violations(new Ruled(config.database(), config.user(), config.applicationName())));
        everyServerOnce(config, found);
        loginsOfReplicas(config, found);
        found.addAll(EnvironmentRules.violations(config));
        TlsPolicyRules.requireAuth(config, TlsPolicyRules.hosts(config.endpoints()))
                .ifPresent(found::add);
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
                    config.provenance().originOf("replicas"),
                    "List every server once; the primary is read from as well when no replica can serve."));
        }
    }

    private static void loginsOfReplicas(DatabaseConfig config, List<Violation> found) {
        if (!config.replicas().containsAll(config.replicaLogins().keySet())) {
            found.add(new Violation(
                    "replicaLogins",
                    "NO_SUCH_REPLICA",
                    "",
                    "must belong to replicas",
                    Violation.IN_CODE,
                    "Name the replica as well."));
        }
    }
}
