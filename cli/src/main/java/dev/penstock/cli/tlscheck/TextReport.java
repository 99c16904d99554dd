package dev.penstock.cli.tlscheck;

import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsProbeReport;
import dev.penstock.tls.TlsSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** For people: one block per server. */
public final class TextReport {
    private final StringBuilder text = new StringBuilder();

    private TextReport() {}

    public static String of(TlsConfig config, List<NodeCheck> nodes, ExpiryCheck expiry) {
        TextReport report = new TextReport();
        TlsSource ca = config.ca();
        report.line("sslmode", config.mode().libpqName());
        report.line("sslrootcert", ca == null ? "none" : ca.describe());
        nodes.forEach(report::node);
        expiry.ending()
                .forEach(ending -> report.text
                        .append('\n')
                        .append("CERTIFICATE_EXPIRES: ")
                        .append(expiry.policy().demandedOf(ending))
                        .append('\n'));
        return report.text.toString().stripTrailing();
    }

    private void node(NodeCheck node) {
        text.append('\n').append(node.endpoint()).append('\n');
        if (node.seen().isEmpty()) {
            line("  unreachable", node.unreachable());
            return;
        }
        server(node, node.seen().get());
        verdict("  Penstock", node.penstock());
        verdict("  plain pgjdbc", node.pgjdbc());
        node.login().ifPresent(this::login);
        node.failure().ifPresent(failure -> line("  " + failure.reason(), failure.remedy()));
    }

    private void login(LoginCheck login) {
        line("  require_auth", login.requireAuth());
        if (login.wasAsked()) {
            line("  login of '" + login.role() + "'", (login.isAccepted() ? "accepted: " : "REFUSED: ") + login.why());
        }
    }

    private void server(NodeCheck node, TlsProbeReport seen) {
        seen.facts().ifPresent(facts -> line("  handshake", facts.protocol() + ", " + facts.cipherSuite()));
        seen.chain().forEach(this::certificate);
        if (!seen.chain().isEmpty()) {
            line("  name '" + node.wantedName() + "'", seen.nameMatches() ? "is in the certificate" : "is NOT in it");
            line("  chain", node.config().verifiesChain() ? chain(seen) : "not checked: no CA is configured");
        } else if (!seen.offered()) {
            line("  TLS", "is not offered");
        }
    }

    private static String chain(TlsProbeReport seen) {
        return seen.chainFailure()
                .map(failure -> failure.reason() + ": " + failure.message())
                .orElse("leads to a configured CA");
    }

    private void certificate(CertificateReport link) {
        long days = Duration.between(Instant.now(), link.notAfter()).toDays();
        line("  certificate", link.subject() + " for " + link.names());
        line("", "issued by " + link.issuer());
        line("", link.notBefore() + " to " + link.notAfter() + " (" + days + " days left)");
        line("", "SHA-256 " + link.fingerprint());
    }

    private void verdict(String client, Verdict verdict) {
        line(client, verdict.outcome().name().toLowerCase(Locale.ROOT) + ": " + verdict.why());
    }

    private void line(String name, Object value) {
        text.append(String.format("%-24s %s%n", name, value));
    }
}
