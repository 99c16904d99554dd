package dev.penstock.config;

import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.Violation;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges a configuration by its team's {@link TlsPolicy}, and tells what is weaker in the words of the configuration. */
final class TlsPolicyRules {
    static final String CODE = "TLS_POLICY";

    private TlsPolicyRules() {}

    /** Makes a violation that names the component, as the records do. */
    static Violation violation(Violation breach, String origin) {
        String component = Key.named(breach.path()).map(key -> key.component).orElse(breach.path());
        return new Violation(component, CODE, "", breach.message(), origin, breach.remedy());
    }

    static List<ConfigWarning> warnings(DatabaseConfig config) {
        return config.policy().warnings().stream()
                .map(unknown -> new ConfigWarning(
                        unknown.path(), "TLS_POLICY_KEY", unknown.message(), unknown.origin(), unknown.remedy()))
                .toList();
    }

    static List<String> hosts(Collection<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::host).toList();
    }

    /** Refuses a written {@code require_auth} that accepts more than the policy does. */
    static Optional<Violation> requireAuth(DatabaseConfig config, Collection<String> hosts) {
        return config.policy()
                .judge(config.requireAuth(), hosts)
                .map(breach -> violation(breach, config.provenance().originOf("requireAuth")));
    }

    /** Returns the methods that the environment mode and the policy both accept, where nothing is written. */
    static Set<AuthMethod> accepted(DatabaseConfig config, Endpoint endpoint, Set<AuthMethod> byMode) {
        Set<AuthMethod> demanded = config.policy().requireAuth();
        if (demanded.isEmpty() || !(holds(config) || config.policy().holdsFor(List.of(endpoint.host())))) {
            return byMode;
        }
        Set<AuthMethod> both = EnumSet.copyOf(demanded);
        both.retainAll(byMode);
        return both.isEmpty() ? demanded : both;
    }

    /** Tells whether the policy holds for the configured servers, so that the configuration satisfies it. */
    static boolean holds(DatabaseConfig config) {
        return config.policy().holdsFor(hosts(config.endpoints()));
    }

    /** Refuses a server that was found beside configured ones on this machine, which the policy exempts, and for which it demands more. */
    static Optional<Violation> refusal(DatabaseConfig config, String host) {
        TlsPolicy policy = config.policy();
        if (holds(config) || !policy.holdsFor(List.of(host))) {
            return Optional.empty();
        }
        Optional<Violation> tls = policy.breaches(config.tls(), host).stream()
                .findFirst()
                .map(breach -> violation(
                        breach,
                        config.provenance().originOf(violation(breach, "").path())));
        return tls.isPresent() ? tls : requireAuth(config, List.of(host));
    }

    /** Refuses a server by the address that its name leads to, in the same way. */
    static Optional<Violation> refusal(DatabaseConfig config, String host, InetAddress address) {
        return refusal(config, address.isLoopbackAddress() ? host : address.getHostAddress());
    }
}
