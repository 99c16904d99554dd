package dev.penstock.tls;

/** {@code cert_validation}: whether somebody said aloud that the server's certificate is not to be verified. */
public enum CertValidation {
    /** Verify what the mode and the CA ask for. The default. */
    BY_MODE,

    /**
     * Encrypt without verifying, on purpose: fly.io, Railway and Render inside their private networks. Goes with
     * {@code require} and weaker; a contradiction beside a CA or {@code verify-*}.
     */
    NONE
}
