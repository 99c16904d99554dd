package dev.penstock.tls;

/**
 * What the handshake of one physical connection gave. Where a platform's proxy ends TLS these are the proxy's, and the server's
 * {@code pg_stat_ssl} may say otherwise.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite the JSSE name, such as {@code TLS_AES_256_GCM_SHA384}
 * @param peer the server's certificate
 */
public record TlsFacts(String protocol, String cipherSuite, CertificateReport peer) {}
