package dev.penstock.tls;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds the rules between the components of a {@link TlsConfig} and collects what breaks them, so that everything is told at once. */
final class TlsConfigRules {
    private final List<Violation> violations = new ArrayList<>();

    /** A caller that has no null checks may have given none. */
    TlsConfigRules present(String component, @Nullable Object value) {
        if (value == null) {
            violations.add(new Violation(
                    "tls." + component,
                    "REQUIRED",
                    "",
                    "must be set",
                    Violation.IN_CODE,
                    "Call it with a value, not null."));
        }
        return this;
    }

    TlsConfigRules mode(SslMode mode, CertValidation validation, @Nullable TlsSource ca) {
        String name = mode.libpqName();
        if (validation == CertValidation.NONE) {
            check(
                    !mode.verifiesCertificate(),
                    "tls.certValidation",
                    "is none, which contradicts sslmode=" + name,
                    "Drop cert_validation, or use sslmode=require and accept an unproven server.");
            // A mode that verifies takes a CA by itself: that is told already.
            check(
                    ca == null || mode.verifiesCertificate(),
                    "tls.certValidation",
                    "is none, which contradicts tls.ca",
                    "Keep one of them.");
            return this;
        }
        check(
                !mode.verifiesCertificate() || ca != null,
                "tls.ca",
                "must be set: sslmode=" + name + " has nothing to verify against",
                mode.verifiesHostname() ? "Set tls.ca to a CA file, or to system." : "Set tls.ca to a CA file.");
        // libpq 16 has the same rule: with public CAs, a chain without a name proves nothing.
        check(
                !(ca instanceof TlsSource.SystemTrust) || mode == SslMode.VERIFY_FULL || mode == SslMode.DISABLE,
                "tls.ca",
                "is system, which needs sslmode=verify-full, not " + name,
                "Anyone can get a publicly trusted certificate; set sslmode=verify-full.");
        return this;
    }

    TlsConfigRules unused(
            SslMode mode, @Nullable TlsSource ca, @Nullable ClientCertificate client, @Nullable TlsSource crl) {
        if (mode == SslMode.DISABLE) {
            String remedy = "Remove it, or choose a mode with TLS.";
            check(ca == null, "tls.ca", "is not used with sslmode=disable", remedy);
            check(client == null, "tls.cert", "is not used with sslmode=disable", remedy);
            check(crl == null, "tls.crl", "is not used with sslmode=disable", remedy);
        }
        check(!(crl instanceof TlsSource.SystemTrust), "tls.crl", "cannot be system", "Name a file or directory.");
        if (client != null) {
            boolean system = client.certificate() instanceof TlsSource.SystemTrust
                    || client.key() instanceof TlsSource.SystemTrust;
            check(!system, "tls.cert", "cannot be system", "Name a file.");
        }
        return this;
    }

    TlsConfigRules names(SslMode mode, @Nullable String verifyName) {
        if (verifyName != null) {
            check(!verifyName.isBlank(), "tls.verifyName", "is blank", "Remove it to verify the dialled host.");
            check(
                    mode.verifiesHostname(),
                    "tls.verifyName",
                    "is not used with sslmode=" + mode.libpqName(),
                    "Only verify-full looks at names.");
        }
        return this;
    }

    TlsConfigRules protocol(SslMode mode, TlsVersion min, @Nullable TlsVersion max, SslNegotiation negotiation) {
        check(
                max == null || min.compareTo(max) <= 0,
                "tls.minVersion",
                "is " + min.libpqName() + ", above tls.max_version " + (max == null ? "" : max.libpqName()),
                "Swap them.");
        check(
                negotiation == SslNegotiation.POSTGRES || mode.requiresEncryption(),
                "tls.negotiation",
                "is direct, which needs sslmode=require or stronger, not " + mode.libpqName(),
                "Without the question there is no way back to plain text.");
        return this;
    }

    TlsConfigRules revocation(
            SslMode mode, CertValidation validation, @Nullable TlsSource ca, @Nullable TlsSource crl) {
        boolean verifies = validation != CertValidation.NONE && (mode.verifiesCertificate() || ca != null);
        check(
                crl == null || verifies || mode == SslMode.DISABLE,
                "tls.crl",
                "is not used when no certificate is verified",
                "Set tls.ca.");
        return this;
    }

    TlsConfigRules binding(SslMode mode, ChannelBinding binding) {
        check(
                binding != ChannelBinding.REQUIRE || mode != SslMode.DISABLE,
                "tls.channelBinding",
                "is require, which needs TLS, and sslmode=disable has none",
                "Choose a mode with TLS.");
        return this;
    }

    TlsConfigRules reload(Duration interval) {
        check(
                interval.compareTo(TlsConfig.MIN_RELOAD_INTERVAL) >= 0
                        && interval.compareTo(TlsConfig.MAX_RELOAD_INTERVAL) <= 0,
                "tls.reloadInterval",
                "must be " + TlsConfig.MIN_RELOAD_INTERVAL.toSeconds() + " s to "
                        + TlsConfig.MAX_RELOAD_INTERVAL.toSeconds() + " s",
                TlsConfig.DEFAULT_RELOAD_INTERVAL.toSeconds() + " s is the default; changes are also watched.");
        return this;
    }

    /** Ends the build when anything is wrong so far. */
    TlsConfigRules throwIfAny() {
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return this;
    }

    private void check(boolean holds, String path, String rule, String remedy) {
        if (!holds) {
            violations.add(new Violation(path, "TLS", "", rule, Violation.IN_CODE, remedy));
        }
    }
}
