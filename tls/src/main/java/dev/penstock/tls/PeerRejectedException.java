package dev.penstock.tls;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Our refusal of the server's certificate; a {@link CertificateException} so that JSSE keeps it as the handshake's cause. */
final class PeerRejectedException extends CertificateException implements Reasoned {
    private static final long serialVersionUID = 1L;

    private final TlsReason reason;
    private final String remedy;

    PeerRejectedException(TlsReason reason, String message, String remedy) {
        // Names out of the certificate.
        super(ServerText.inOneLine(message));
        this.reason = reason;
        this.remedy = remedy;
    }

    PeerRejectedException causedBy(@Nullable Throwable cause) {
        if (cause != null) {
            initCause(cause);
        }
        return this;
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
