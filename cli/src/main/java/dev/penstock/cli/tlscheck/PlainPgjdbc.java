package dev.penstock.cli.tlscheck;

import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsProbeReport;
import dev.penstock.tls.TlsSource;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * Tells the outcome for plain pgjdbc with the same {@code sslmode} and {@code sslrootcert}, by the rules of its source; a test compares it with
 * pgjdbc itself. Files in the home directory are left out. The chain was shown to the verification that pgjdbc uses.
 */
final class PlainPgjdbc {
    private PlainPgjdbc() {}

    static Verdict of(TlsConfig config, TlsProbeReport seen, String host) {
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
        return verifying(config, seen, host);
    }

    private static Verdict verifying(TlsConfig config, TlsProbeReport seen, String host) {
        if (config.ca() instanceof TlsSource.SystemTrust) {
            return Verdict.refused("sslrootcert=system is taken for the name of a file; it needs another sslfactory");
        }
        if (!isFile(config.ca())) {
            return Verdict.refused("it reads sslrootcert from a file only");
        }
        if (seen.pgjdbcChainFailure().isPresent()) {
            return Verdict.refused(seen.pgjdbcChainFailure().get().message());
        }
        String name = config.mode().verifiesHostname() ? wrongName(config, seen, host) : "";
        if (!name.isEmpty()) {
            return Verdict.refused(name);
        }
        return Verdict.tls(config.crl() != null ? "revocation is not checked" : chainChecked(config));
    }

    private static String chainChecked(TlsConfig config) {
        if (config.ca() == null) {
            return "the server is not verified";
        }
        return config.mode().verifiesHostname() ? "chain and name are verified" : "the chain is verified";
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

    private static boolean isFile(@Nullable TlsSource ca) {
        return ca instanceof TlsSource.File file && !Files.isDirectory(file.path());
    }
}
