package dev.penstock.tls;

import java.util.Optional;

/** A TLS protocol version. Older ones are not offered: RFC 8996 retired them and PostgreSQL's own default minimum is 1.2. */
public enum TlsVersion {
    TLS_1_2("TLSv1.2"),
    TLS_1_3("TLSv1.3");

    private final String libpqName;

    TlsVersion(String libpqName) {
        this.libpqName = libpqName;
    }

    /** The name that libpq, the server's settings and JSSE share, such as {@code TLSv1.3}. */
    public String libpqName() {
        return libpqName;
    }

    /** The version with that name; empty for any other text. */
    public static Optional<TlsVersion> of(String libpqName) {
        for (TlsVersion version : values()) {
            if (version.libpqName.equals(libpqName)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
