package dev.penstock.tls;

import java.time.Instant;

/**
 * What the handshake of one physical connection gave. Where a platform's proxy ends TLS these are the proxy's, and the server's
 * {@code pg_stat_ssl} may say otherwise.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite the JSSE name, such as {@code TLS_AES_256_GCM_SHA384}
 * @param peerFingerprint SHA-256 of the server's certificate, 64 lower-case hex digits
 * @param peerNotAfter when the server's certificate expires
 * @param peerSubject the server's subject, RFC 2253
 */
public record TlsFacts(
        String protocol, String cipherSuite, String peerFingerprint, Instant peerNotAfter, String peerSubject) {}
