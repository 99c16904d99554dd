package dev.penstock.observe;

import dev.penstock.tls.TlsFacts;
import java.util.Optional;

/**
 * What physical connections of one node proved when they were opened; equal ones are counted together. Immutable.
 *
 * @param facts protocol, cipher suite and the server's certificate; empty for plain text, which the mode then allows. Where a
 *     platform's proxy ends TLS these are the proxy's, and the server's {@code pg_stat_ssl} may say otherwise
 * @param generation the TLS material they were opened with, counted from 1; older than {@link TlsStatus#generation()} only until
 *     they are replaced
 * @param connections how many there are, the monitor's and callers' own included
 */
public record TlsProof(Optional<TlsFacts> facts, long generation, int connections) {}
