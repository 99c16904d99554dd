package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.PrivilegedLogin;
import dev.penstock.connect.Node;
import dev.penstock.connect.StartMode;
import dev.penstock.connect.StartMode.Origin;
import dev.penstock.connect.UnusableSchema;
import dev.penstock.connect.WeakPassword;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.tls.CertificateReport;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The warnings about servers and roles that serve all the same, for as long as there is cause. The log has each of them once, and again
 * when it comes back. Thread-safe; no I/O but the log's.
 */
final class StandingWarnings {
    private final DatabaseConfig config;
    private final Collection<Node> nodes;
    private final Supplier<Map<Login, WeakPassword>> passwords;
    private final Supplier<List<CertificateReport>> certificates;
    private final Set<Warning> told = ConcurrentHashMap.newKeySet();
    private volatile Map<Node, Node> aliases = Map.of();

    /**
     * @param nodes as they are now, whenever they are looked at
     * @param passwords the logins whose password is easily guessed, likewise
     * @param certificates ours, likewise
     */
    StandingWarnings(
            DatabaseConfig config,
            Collection<Node> nodes,
            Supplier<Map<Login, WeakPassword>> passwords,
            Supplier<List<CertificateReport>> certificates) {
        this.config = config;
        this.nodes = nodes;
        this.passwords = passwords;
        this.certificates = certificates;
    }

    /** @param found the nodes that lead to a server to which an earlier one leads as well, each with that one */
    void tellOf(Map<Node, Node> found) {
        aliases = found;
        tell();
    }

    /** Logs what has come since the last call. */
    void tell() {
        List<Warning> now = now();
        told.retainAll(now);
        now.stream().filter(told::add).forEach(warning -> RoutingLog.LOG.warn("{}", warning));
    }

    /** Each of them once, whatever number of nodes says so. */
    List<Warning> now() {
        List<Warning> found = new ArrayList<>();
        for (Node node : nodes) {
            readOnly(node, found);
            serializable(node, found);
            schemas(node, found);
            found.addAll(RoleFindings.of(config, node));
            found.addAll(StandbyFindings.of(node, nodes));
            List<CertificateReport> shown = new ArrayList<>();
            node.liveConnections()
                    .forEach(connection -> connection.handshake().facts().ifPresent(facts -> shown.add(facts.peer())));
            expiry(node.name(), shown, found);
        }
        expiry("tls", certificates.get(), found);
        aliases.forEach((alias, node) -> alias(alias, node, found));
        passwords.get().forEach((login, weak) -> found.add(RoleFindings.weakPassword(config, login, weak)));
        return found.stream()
                .distinct()
                .sorted(Comparator.comparing(Warning::about).thenComparing(Warning::code))
                .toList();
    }

    /** @throws InvalidConfigException when a role that no grant or policy holds logs in, and the configuration refuses that */
    void refusePrivilegedLogins() {
        if (config.roles().privilegedLogin() == PrivilegedLogin.REFUSE) {
            List<Violation> refused = nodes.stream()
                    .flatMap(node -> RoleFindings.refusals(config, node).stream())
                    .distinct()
                    .toList();
            if (!refused.isEmpty()) {
                throw new InvalidConfigException(refused);
            }
        }
    }

    /** Warns of certificates that end sooner than a team's policy demands; nothing is refused for it. */
    private void expiry(String about, List<CertificateReport> shown, List<Warning> found) {
        config.endingTooSoon(shown, Instant.now())
                .forEach(ending -> found.add(new Warning(
                        "CERTIFICATE_EXPIRES",
                        about,
                        config.policy().demandedOf(ending),
                        "Renew it: docs/operations/certificate-renewal.md.")));
    }

    private void readOnly(Node node, List<Warning> found) {
        StartMode mode = node.startMode();
        if (mode.isReadOnlyByRole()) {
            found.add(StartSettings.readOnly(config, node));
        }
    }

    /** Whoever was discovered may well be configured too: a name that follows the primary, beside the members that it leads to. */
    private void alias(Node alias, Node node, List<Warning> found) {
        if (!isConfigured(alias) || !isConfigured(node)) {
            return;
        }
        found.add(new Warning(
                "SAME_SERVER",
                alias.name(),
                alias.endpoint() + " is the server that " + node.endpoint() + " (" + node.name()
                        + ") names too: a primary takes no reads as a replica, and a replica with two names takes"
                        + " twice its share",
                "Leave one of them out, or correct the name."));
    }

    private boolean isConfigured(Node node) {
        return node.address().isEmpty() && config.endpoints().contains(node.endpoint());
    }

    private void schemas(Node node, List<Warning> found) {
        String role = config.login(node.endpoint()).user();
        for (UnusableSchema schema : node.unusableSchemas()) {
            String name = "schema '" + schema.name() + "'";
            String similar = schema.similar();
            if (schema.exists()) {
                found.add(new Warning(
                        "SCHEMA_NOT_ALLOWED",
                        "schema",
                        "role '" + role + "' may not use " + name + ", so that names are not looked up in it",
                        "GRANT USAGE ON SCHEMA \"" + schema.name() + "\" TO \"" + role + "\""));
            } else {
                found.add(new Warning(
                        "SCHEMA_MISSING",
                        "schema",
                        name + " does not exist, so that names are not looked up in it",
                        similar == null
                                ? "Create it, as migrations may be about to, or correct the name."
                                : "Did you mean '" + similar
                                        + "'? A name is taken as it is written, capitals included."));
            }
        }
    }

    /** One server alone is never asked to read as a replica. */
    private void serializable(Node node, List<Warning> found) {
        Origin origin = node.startMode().serializable();
        if (origin != null && nodes.size() > 1) {
            found.add(StartSettings.serializable(config, node, origin));
        }
    }
}
