/**
 * TLS for pgjdbc with libpq's meanings, for any pool or none.
 *
 * <p>In goes a {@link dev.penstock.tls.TlsConfig} (what was asked for). {@link dev.penstock.tls.TlsContext#open} reads and checks
 * the files it names and offers driver properties that lead pgjdbc to this context;
 * {@link dev.penstock.tls.TlsAttempt} follows one physical connection and tells, as {@link dev.penstock.tls.TlsFacts}, what its
 * handshake gave. A {@link dev.penstock.tls.TlsPolicy}, read from files of the machine, is what every configuration is held to.
 * Whatever goes wrong has a {@link dev.penstock.tls.TlsReason} and a remedy; a
 * configuration that contradicts itself or the policy is told by {@code dev.penstock.violation}. Uses the JDK, {@code secret} and
 * {@code violation}.
 */
@NullMarked
package dev.penstock.tls;

import org.jspecify.annotations.NullMarked;
