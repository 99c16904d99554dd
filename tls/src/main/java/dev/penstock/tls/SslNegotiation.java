package dev.penstock.tls;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** libpq's {@code sslnegotiation}: how TLS begins. */
public enum SslNegotiation {
    /** Ask first, in one clear-text message; every server understands it. libpq's default. */
    POSTGRES,
    /** TLS from the first byte; saves a round trip, needs a server of PostgreSQL 17 or newer. */
    DIRECT;

    /** The word in a connection string and in pgjdbc's {@code sslNegotiation}. */
    public String libpqName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value with that libpq name; empty for any other text. */
    public static Optional<SslNegotiation> of(String libpqName) {
        return Arrays.stream(values())
                .filter(value -> value.libpqName().equals(libpqName))
                .findFirst();
    }
}
