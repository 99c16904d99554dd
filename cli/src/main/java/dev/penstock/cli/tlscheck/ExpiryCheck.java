package dev.penstock.cli.tlscheck;

import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells which certificates end sooner than the policy demands ({@code days_before_expiry}), be they ours or a server's. Immutable.
 *
 * @param policy whose demand it is
 * @param ending those that end too soon
 */
public record ExpiryCheck(TlsPolicy policy, List<CertificateReport> ending) {
    public ExpiryCheck {
        ending = List.copyOf(ending);
    }

    /** Looks at what the context has read and at what the servers showed; hosts that the policy exempts demand nothing. */
    public static ExpiryCheck of(TlsPolicy policy, TlsContext context, List<NodeCheck> nodes) {
        List<String> hosts = nodes.stream().map(node -> node.endpoint().host()).toList();
        if (!policy.holdsFor(hosts)) {
            return new ExpiryCheck(policy, List.of());
        }
        List<CertificateReport> shown = new ArrayList<>(context.material().certificates());
        nodes.forEach(node -> node.seen().ifPresent(seen -> shown.addAll(seen.chain())));
        return new ExpiryCheck(policy, policy.endingTooSoon(shown, Instant.now()));
    }

    /** Tells whether every certificate lasts long enough. */
    public boolean isGood() {
        return ending.isEmpty();
    }
}
