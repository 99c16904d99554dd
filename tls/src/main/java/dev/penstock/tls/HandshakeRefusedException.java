package dev.penstock.tls;

import javax.net.ssl.SSLException;

/** Our refusal of a handshake for another reason than the server's certificate. */
final class HandshakeRefusedException extends SSLException implements Reasoned {
    private static final long serialVersionUID = 1L;

    private final TlsReason reason;
    private final String remedy;

    private HandshakeRefusedException(TlsReason reason, String message, String remedy) {
        super(message);
        this.reason = reason;
        this.remedy = remedy;
    }

    /** Bytes in clear text stand behind the server's consent to TLS. */
    static HandshakeRefusedException plainBytes() {
        return new HandshakeRefusedException(
                TlsReason.TLS_HANDSHAKE,
                "bytes in clear text came behind the server's consent to TLS",
                "No PostgreSQL server sends them: find out who is between this host and the server.");
    }

    /** {@code sslnegotiation=direct} without ALPN: what answered need not be a PostgreSQL server. */
    static HandshakeRefusedException noAlpn() {
        return new HandshakeRefusedException(
                TlsReason.TLS_NOT_OFFERED,
                "the server began TLS without agreeing on the protocol 'postgresql' (ALPN), which sslnegotiation=direct needs",
                "Use sslnegotiation=postgres; direct needs PostgreSQL 17 or newer, and a proxy in between that passes ALPN on.");
    }

    @Override
    public TlsReason reason() {
        return reason;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
