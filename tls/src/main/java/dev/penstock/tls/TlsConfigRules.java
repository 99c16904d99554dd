package dev.penstock.tls;

import dev.penstock.tls.InvalidTlsConfigException.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules between the components of a {@link TlsConfig}, collected so that all faults are reported at once. */
final class TlsConfigRules {
    private final List<Fault> faults = new ArrayList<>();

    TlsConfigRules mode(SslMode mode, CertValidation validation, @Nullable TlsSource ca) {
        String name = mode.libpqName();
        if (validation == CertValidation.NONE) {
            check(
                    !mode.verifiesCertificate(),
                    "tls.cert_validation",
                    "is none, which contradicts sslmode=" + name,
                    "drop cert_validation, or use sslmode=require and accept an unproven server");
            // A mode that verifies takes a CA by itself: that is told already.
            check(
                    ca == null || mode.verifiesCertificate(),
                    "tls.cert_validation",
                    "is none, which contradicts tls.ca",
                    "keep one of them");
            return this;
        }
        check(
                !mode.verifiesCertificate() || ca != null,
                "tls.ca",
                "must be set: sslmode=" + name + " has nothing to verify against",
                mode.verifiesHostname() ? "set tls.ca to a CA file, or to system" : "set tls.ca to a CA file");
        // libpq 16 has the same rule: with public CAs, a chain without a name proves nothing.
        check(
                !(ca instanceof TlsSource.SystemTrust) || mode == SslMode.VERIFY_FULL || mode == SslMode.DISABLE,
                "tls.ca",
                "is system, which needs sslmode=verify-full, not " + name,
                "anyone can get a publicly trusted certificate; set sslmode=verify-full");
        return this;
    }

    TlsConfigRules unused(
            SslMode mode, @Nullable TlsSource ca, @Nullable ClientCertificate client, @Nullable TlsSource crl) {
        if (mode == SslMode.DISABLE) {
            String remedy = "remove it, or choose a mode with TLS";
            check(ca == null, "tls.ca", "is not used with sslmode=disable", remedy);
            check(client == null, "tls.cert", "is not used with sslmode=disable", remedy);
            check(crl == null, "tls.crl", "is not used with sslmode=disable", remedy);
        }
        check(!(crl instanceof TlsSource.SystemTrust), "tls.crl", "cannot be system", "name a file or directory");
        if (client != null) {
            boolean system = client.certificate() instanceof TlsSource.SystemTrust
                    || client.key() instanceof TlsSource.SystemTrust;
            check(!system, "tls.cert", "cannot be system", "name a file");
        }
        return this;
    }

    TlsConfigRules names(SslMode mode, @Nullable String verifyName) {
        if (verifyName != null) {
            check(!verifyName.isBlank(), "tls.verify_name", "is blank", "remove it to verify the dialled host");
            check(
                    mode.verifiesHostname(),
                    "tls.verify_name",
                    "is not used with sslmode=" + mode.libpqName(),
                    "only verify-full looks at names");
        }
        return this;
    }

    TlsConfigRules protocol(SslMode mode, TlsVersion min, @Nullable TlsVersion max, SslNegotiation negotiation) {
        check(
                max == null || min.compareTo(max) <= 0,
                "tls.min_version",
                "is " + min.libpqName() + ", above tls.max_version " + (max == null ? "" : max.libpqName()),
                "swap them");
        check(
                negotiation == SslNegotiation.POSTGRES || mode.requiresEncryption(),
                "tls.negotiation",
                "is direct, which needs sslmode=require or stronger, not " + mode.libpqName(),
                "without the question there is no way back to plain text");
        return this;
    }

    TlsConfigRules revocation(
            SslMode mode, CertValidation validation, @Nullable TlsSource ca, @Nullable TlsSource crl) {
        boolean verifies = validation != CertValidation.NONE && (mode.verifiesCertificate() || ca != null);
        check(
                crl == null || verifies || mode == SslMode.DISABLE,
                "tls.crl",
                "is not used when no certificate is verified",
                "set tls.ca");
        return this;
    }

    TlsConfigRules binding(SslMode mode, ChannelBinding binding) {
        check(
                binding != ChannelBinding.REQUIRE || mode != SslMode.DISABLE,
                "tls.channel_binding",
                "is require, which needs TLS, and sslmode=disable has none",
                "choose a mode with TLS");
        return this;
    }

    TlsConfigRules reload(Duration interval) {
        check(
                interval.compareTo(Duration.ofSeconds(1)) >= 0,
                "tls.reload_interval",
                "is below 1 s",
                "30 s is the default; changes are also watched");
        return this;
    }

    void throwIfAny() {
        if (!faults.isEmpty()) {
            throw new InvalidTlsConfigException(faults);
        }
    }

    private void check(boolean holds, String path, String rule, String remedy) {
        if (!holds) {
            faults.add(new Fault(path, rule, remedy));
        }
    }
}
