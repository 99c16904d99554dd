package dev.penstock.tls;

import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way from a connection's properties to its {@link TlsEndpoint}. pgjdbc takes strings only and makes our socket factory itself, so an
 * object cannot be handed over: the one piece of static mutable state that the {@code sslfactory} property forces on us. Keys are
 * random (what they lead to holds a private key); entries go when their owner is closed. Properties without a key are the configuration
 * themselves ({@link DriverConstants}); what they lead to has no owner and stays, without a thread, as long as this class does.
 */
final class TlsRegistry {
    /**
     * The connection property that carries the key. A property that pgjdbc knows: its {@code DataSource}s, and the pools that set their
     * fields, take no other.
     */
    static final String PROPERTY = "sslfactoryarg";

    private static final Map<String, TlsEndpoint> ENDPOINTS = new ConcurrentHashMap<>();
    private static final Map<DriverConstants, TlsContext> UNOWNED = new ConcurrentHashMap<>();

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

    /**
     * Finds what these properties lead to; without a key, reads and checks the files that they name, when it is the first time or the files changed.
     *
     * @throws UnusableContextException if the key leads nowhere, or no more
     * @throws IllegalArgumentException if there is no key, and the properties contradict themselves
     * @throws TlsMaterialException if there is no key, and the files cannot be used
     */
    static TlsEndpoint find(Properties properties) {
        String key = properties.getProperty(PROPERTY);
        TlsEndpoint endpoint = ENDPOINTS.get(
                key == null ? unowned(DriverConstants.of(properties)).key() : key);
        if (endpoint == null) {
            throw UnusableContextException.closed();
        }
        return endpoint;
    }

    /** Opens without a lock: of two that were opened at once, the second is closed. */
    private static TlsContext unowned(DriverConstants constants) {
        TlsContext known = UNOWNED.get(constants);
        if (known != null) {
            known.reloadIfChanged();
            return known;
        }
        TlsContext opened = TlsContext.openUnwatched(constants.config());
        TlsContext first = UNOWNED.putIfAbsent(constants, opened);
        if (first == null) {
            return opened;
        }
        opened.close();
        return first;
    }

    static int size() {
        return ENDPOINTS.size();
    }
}
