package dev.penstock.tls;

import org.jspecify.annotations.Nullable;

/**
 * libpq's {@code sslsni}: the server name sent in the TLS hello, in clear. JSSE by itself sends none for a name without a dot,
 * such as a Compose service; Penstock does, as libpq does. Addresses are never sent.
 *
 * @param enabled whether a name is sent
 * @param name the name to send; {@code null} for the host that is dialled
 */
public record Sni(boolean enabled, @Nullable String name) {
    public Sni {
        if (name != null && (!enabled || name.isBlank())) {
            throw new IllegalArgumentException("tls.sni: a name needs SNI switched on and must not be blank");
        }
    }

    /** The host that is dialled; the default. */
    public static Sni auto() {
        return new Sni(true, null);
    }

    /** No name, as {@code sslsni=0}. */
    public static Sni off() {
        return new Sni(false, null);
    }

    /** This name, whatever host is dialled. */
    public static Sni of(String name) {
        return new Sni(true, name);
    }
}
