package dev.penstock.tls;

import java.util.List;
import java.util.Optional;

/**
 * What one server shows and what a configuration makes of it. Immutable.
 *
 * @param offered whether the server takes TLS at all; all else is empty when not
 * @param facts protocol, cipher suite and certificate; empty when not even an unverified handshake succeeds
 * @param chain every certificate that the server sent, its own first
 * @param chainFailure what is wrong with the chain by the configured CA and CRL; empty when nothing is, or no CA is configured
 * @param pgjdbcChainFailure what plain pgjdbc finds wrong with the chain when its mode verifies; it takes every certificate of a CA file for an
 *     anchor and reads no CRL
 * @param nameMatches whether the certificate has the name that {@code verify-full} looks for, whatever the mode
 * @param failure what a connection in the configured mode fails with before it logs in; empty when it comes so far
 */
public record TlsProbeReport(
        boolean offered,
        Optional<TlsFacts> facts,
        List<CertificateReport> chain,
        Optional<TlsFailure> chainFailure,
        Optional<TlsFailure> pgjdbcChainFailure,
        boolean nameMatches,
        Optional<TlsFailure> failure) {
    public TlsProbeReport {
        chain = List.copyOf(chain);
    }

    static TlsProbeReport notOffered(Optional<TlsFailure> failure) {
        return new TlsProbeReport(
                false, Optional.empty(), List.of(), Optional.empty(), Optional.empty(), false, failure);
    }

    /** The same with that failure, such as one whose remedy knows more. */
    public TlsProbeReport withFailure(Optional<TlsFailure> explained) {
        return new TlsProbeReport(offered, facts, chain, chainFailure, pgjdbcChainFailure, nameMatches, explained);
    }
}
