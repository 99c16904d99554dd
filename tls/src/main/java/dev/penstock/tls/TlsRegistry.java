package dev.penstock.tls;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The way from a connection's properties to its {@link TlsEndpoint}. pgjdbc takes strings only and makes our socket factory itself, so an
 * object cannot be handed over: the one piece of static mutable state that the {@code sslfactory} property forces on us. Keys are
 * random (what they lead to holds a private key); entries go when their owner is closed.
 */
final class TlsRegistry {
    /** The connection property that carries the key; pgjdbc passes unknown ones through. */
    static final String PROPERTY = "penstockTls";

    private static final Map<String, TlsEndpoint> ENDPOINTS = new ConcurrentHashMap<>();

    private TlsRegistry() {}

    /** @return the key */
    static String add(TlsEndpoint endpoint) {
        String key = UUID.randomUUID().toString();
        ENDPOINTS.put(key, endpoint);
        return key;
    }

    static void remove(String key) {
        ENDPOINTS.remove(key);
    }

    /** @throws ClosedContextException if there is no such entry, or no more */
    static TlsEndpoint find(@Nullable String key) {
        TlsEndpoint endpoint = key == null ? null : ENDPOINTS.get(key);
        if (endpoint == null) {
            throw new ClosedContextException();
        }
        return endpoint;
    }

    static int size() {
        return ENDPOINTS.size();
    }
}
