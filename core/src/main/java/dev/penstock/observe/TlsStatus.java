package dev.penstock.observe;

import dev.penstock.tls.CertificateReport;
import java.util.List;
import java.util.Optional;

/**
 * The certificates and keys that new connections use. Immutable.
 *
 * @param generation counted from 1; grows with every change of the files that was taken over
 * @param certificates the CAs (none for {@code system}), then the client's chain
 * @param reloadFailure why the files as they are now were not taken over, with what to do; empty when they were
 */
public record TlsStatus(long generation, List<CertificateReport> certificates, Optional<String> reloadFailure) {
    public TlsStatus {
        certificates = List.copyOf(certificates);
    }
}
