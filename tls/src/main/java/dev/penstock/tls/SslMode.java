package dev.penstock.tls;

/** libpq's {@code sslmode}. */
public enum SslMode {
    DISABLE
}
