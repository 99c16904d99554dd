package dev.penstock.observe;

import dev.penstock.sizing.SizingPlan;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsFacts;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The whole database as last observed; reading it does no I/O. Immutable.
 *
 * @param info what does not change
 * @param nodes every configured node, in configuration order
 * @param tls the certificates that new connections use
 * @param credentials the passwords, by purpose
 * @param routes how often work went where since the database was opened, by reason; every reason is there
 * @param droppedEvents events that no listener heard, because one did not return from earlier ones
 * @param sizing how many connections and why, with what the servers have said so far; empty when nobody planned
 * @param drift where the measured load has left the planned one, a sentence for each node; empty when it has not
 * @param warnings what the servers and the roles are found to be and should not be, for as long as it is so; what is odd in the configuration
 *     itself is in {@code DatabaseConfig.warnings()}
 */
public record DatabaseStatus(
        DatabaseInfo info,
        List<NodeStatus> nodes,
        TlsStatus tls,
        List<CredentialStatus> credentials,
        Map<RouteReason, Long> routes,
        long droppedEvents,
        Optional<SizingPlan> sizing,
        List<String> drift,
        List<Warning> warnings) {
    /**
     * Something that an operator should know of a server or a role, although everything is served. Immutable; holds no secret.
     *
     * @param code a stable upper-case name of the rule, for programs
     * @param about the key of the role ({@code user}, {@code ro_user}), or the logical name of the node
     * @param message what is odd
     * @param remedy how to make the warning go away; never empty
     */
    public record Warning(String code, String about, String message, String remedy) {
        /** One line: about, message, remedy, code. */
        @Override
        public String toString() {
            return about + ": " + message + ". " + remedy + " (" + code + ")";
        }
    }

    public DatabaseStatus {
        routes = Map.copyOf(routes);
        nodes = List.copyOf(nodes);
        credentials = List.copyOf(credentials);
        drift = List.copyOf(drift);
        warnings = List.copyOf(warnings);
    }

    /** The same with that plan, and what has left it. */
    public DatabaseStatus with(SizingPlan plan, List<String> left) {
        return new DatabaseStatus(
                info, nodes, tls, credentials, routes, droppedEvents, Optional.of(plan), left, warnings);
    }

    /** The node that writes go to; empty while there is none. */
    public Optional<NodeStatus> primary() {
        return nodes.stream()
                .filter(node -> node.role() == Role.PRIMARY && node.state().serves())
                .findFirst();
    }

    /** The node of that logical name. */
    public Optional<NodeStatus> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /**
     * The connections that all declared instances may open to a server together, with a deployment's surge, their monitors and the other
     * databases of the process; empty when nobody declared how many there are, or a pooler stands in between.
     */
    public OptionalInt plannedConnections(NodeStatus node) {
        return sizing.map(plan -> plan.sessionsOn(node.name())).orElse(OptionalInt.empty());
    }

    /** How many warnings the sizing plan has; 0 without a plan. */
    public int sizingWarnings() {
        return sizing.map(plan -> plan.warnings().size()).orElse(0);
    }

    /**
     * When the first certificate of that role ends; of CAs the last, because a bundle keeps old ones beside their successors on purpose. Empty
     * when there is none.
     *
     * @param role {@code ca}, {@code client}, or {@code server} for what servers showed on the connections that stand
     */
    public Optional<Instant> certificateEnd(String role) {
        Stream<CertificateReport> shown = nodes.stream()
                .flatMap(node -> node.tls().stream())
                .flatMap(proof -> proof.facts().stream())
                .map(TlsFacts::peer);
        Stream<Instant> ends = Stream.concat(tls.certificates().stream(), shown)
                .filter(certificate -> certificate.role().equals(role))
                .map(CertificateReport::notAfter);
        return role.equals("ca") ? ends.max(Comparator.naturalOrder()) : ends.min(Comparator.naturalOrder());
    }
}
