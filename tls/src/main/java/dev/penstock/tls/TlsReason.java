package dev.penstock.tls;

/**
 * Why TLS, or the login that rests on it, failed. The name is the stable code in messages, metrics and docs; the remedy is the
 * general one, a {@link TlsFailure} often has a more exact one.
 */
public enum TlsReason {
    TLS_NOT_OFFERED("Switch TLS on at the server (ssl=on), or check that the port is the server's and not a proxy's."),
    TLS_UNTRUSTED_CHAIN("Give the CA that issued the server's certificate as tls.ca, intermediates included."),
    TLS_EXPIRED("Renew the server's certificate and reload the server."),
    TLS_NOT_YET_VALID("Check the clocks of both machines, or wait until the certificate is valid."),
    TLS_HOSTNAME_MISMATCH(
            "Connect by a name the certificate has, set tls.verify_name to one, or issue it for this host."),
    TLS_REVOKED("The certificate was revoked: issue the server a new one; if it is new, renew tls.crl."),
    TLS_REVOCATION_UNKNOWN("Give tls.crl a current CRL of every CA in the chain."),
    TLS_PROTOCOL_VERSION("Let tls.min_version/max_version and the server's ssl_min/max_protocol_version overlap."),
    TLS_CIPHER("Let tls.ciphers and the server's ssl_ciphers overlap; an Ed25519 or old key can also be the cause."),
    TLS_HANDSHAKE("Read the cause; the server's log often says more."),
    TLS_TRUST_FILE_MISSING("Mount the CA file, or set tls.ca=system for a publicly trusted server."),
    TLS_TRUST_FILE_EMPTY("Put the CA certificate into the file."),
    TLS_TRUST_FILE_INVALID("The CA must be PEM ('-----BEGIN CERTIFICATE-----') or one DER certificate."),
    TLS_TRUST_EXPIRED("Replace the expired CA certificate."),
    TLS_CRL_INVALID("The CRL must be PEM ('-----BEGIN X509 CRL-----') or DER, and readable."),
    CLIENT_CERT_INVALID("The client certificate must be PEM, DER or PKCS#12, readable and current."),
    CLIENT_KEY_FORMAT("Convert the key: openssl pkcs8 -topk8 -nocrypt -in KEY -out key.pem"),
    CLIENT_KEY_PASSWORD("Give the password the key was encrypted with as tls.key_password."),
    CLIENT_KEY_PERMISSIONS("chmod 600 the key, or set tls.key_permissions if the mount is safe."),
    CLIENT_KEY_MISMATCH("Give the certificate and the key that were made together."),
    CLIENT_CERT_REQUIRED("The server demands a client certificate: set tls.cert and tls.key."),
    CLIENT_CERT_NOT_SENT(
            "The server did not ask for a certificate of this kind: set ssl_ca_file there, and check the key type."),
    CLIENT_CERT_REJECTED(
            "Use a certificate issued by the server's ssl_ca_file, current, with its intermediates, for this user."),
    CHANNEL_BINDING(
            "Set tls.channel_binding=prefer if a proxy ends TLS; it also needs SCRAM and no Ed25519 certificate."),
    HBA_REJECTED("Ask for a line in pg_hba.conf for this client address, user and database, or for the one that rejects"
            + " them to be changed."),
    DOWNGRADED("The connection is in plain text although the mode demands TLS: look for a proxy in between."),
    TLS_OVERRIDDEN("Take the TLS parameters out of the JDBC URL: there they win over the TlsConfig."),
    TLS_CONTEXT_CLOSED("Open the Database or TlsContext again; a closed one makes no connections.");

    private final String remedy;

    TlsReason(String remedy) {
        this.remedy = remedy;
    }

    /** What usually helps, one sentence or command. */
    public String remedy() {
        return remedy;
    }
}
