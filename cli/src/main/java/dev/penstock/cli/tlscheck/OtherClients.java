package dev.penstock.cli.tlscheck;

import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsProbeReport;
import dev.penstock.tls.TlsReason;
import dev.penstock.tls.TlsSource;
import java.util.Set;

/**
 * What other clients do with the same {@code sslmode} and {@code sslrootcert}, by the rules of their sources; a test compares it with psql
 * and pgjdbc themselves. Both are taken without files in the home directory.
 */
final class OtherClients {
    /** pgjdbc reads no revocation list. */
    private static final Set<TlsReason> BY_CRL = Set.of(TlsReason.TLS_REVOKED, TlsReason.TLS_REVOCATION_UNKNOWN);

    private OtherClients() {}

    static Verdict libpq(TlsConfig config, TlsProbeReport seen) {
        SslMode mode = config.mode();
        if (mode == SslMode.DISABLE || mode == SslMode.ALLOW) {
            return Verdict.plain(mode == SslMode.ALLOW ? "first; TLS if the server refuses it" : "as asked for");
        }
        String fault = fault(config, seen);
        if (mode == SslMode.PREFER) {
            return fault.isEmpty()
                    ? Verdict.tls(chainChecked(config))
                    : Verdict.plain("goes back to clear text: " + fault);
        }
        return fault.isEmpty() ? Verdict.tls(chainChecked(config)) : Verdict.refused(fault);
    }

    /** With a CA every mode verifies the chain: the root-file rule. */
    private static String fault(TlsConfig config, TlsProbeReport seen) {
        if (!seen.offered()) {
            return "the server offers no TLS";
        }
        if (seen.chainFailure().isPresent()) {
            return seen.chainFailure().get().message();
        }
        return config.mode().verifiesHostname() && !seen.nameMatches() ? "the certificate has another name" : "";
    }

    private static String chainChecked(TlsConfig config) {
        if (config.ca() == null) {
            return "the server is not verified";
        }
        return config.mode().verifiesHostname() ? "chain and name are verified" : "the chain is verified";
    }

    static Verdict pgjdbc(TlsConfig config, TlsProbeReport seen, String host) {
        SslMode mode = config.mode();
        if (mode == SslMode.DISABLE || mode == SslMode.ALLOW) {
            return Verdict.plain(mode == SslMode.ALLOW ? "first; TLS if the server refuses it" : "as asked for");
        }
        if (!seen.offered()) {
            return mode == SslMode.PREFER
                    ? Verdict.plain("the server offers no TLS")
                    : Verdict.refused("the server offers no TLS");
        }
        if (!mode.verifiesCertificate()) {
            return Verdict.tls(
                    config.ca() == null
                            ? "the server is not verified"
                            : "the server is NOT verified, although a CA is given");
        }
        return verifyingPgjdbc(config, seen, host);
    }

    private static Verdict verifyingPgjdbc(TlsConfig config, TlsProbeReport seen, String host) {
        if (config.ca() instanceof TlsSource.SystemTrust) {
            return Verdict.refused("sslrootcert=system is taken for the name of a file; it needs another sslfactory");
        }
        if (seen.chainFailure().filter(OtherClients::isSeenByPgjdbc).isPresent()) {
            return Verdict.refused(seen.chainFailure().map(TlsFailure::message).orElse(""));
        }
        String name = config.mode().verifiesHostname() ? wrongName(config, seen, host) : "";
        if (!name.isEmpty()) {
            return Verdict.refused(name);
        }
        return Verdict.tls(config.crl() != null ? "revocation is not checked" : chainChecked(config));
    }

    private static String wrongName(TlsConfig config, TlsProbeReport seen, String host) {
        if (config.verifyName() != null) {
            return "the certificate has another name, and there is no verify_name";
        }
        if (!seen.nameMatches()) {
            return "the certificate has another name";
        }
        boolean writtenOtherwise =
                host.contains(":") && !seen.chain().get(0).names().contains(host);
        return writtenOtherwise ? "IPv6 addresses are compared as text, and this one is written otherwise" : "";
    }

    private static boolean isSeenByPgjdbc(TlsFailure failure) {
        return !BY_CRL.contains(failure.reason());
    }
}
