package dev.penstock.binding;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a connection was told beyond {@code readOnly} and {@code autoCommit}, which few are told at all. New connections share one
 * that is never changed; the first setter makes one of its own ({@link #own()}). Not thread-safe beyond that.
 */
final class Settings {
    static final String APPLICATION_NAME = "ApplicationName";

    private final LazyConnections source;
    private final boolean shared;
    private int isolation = Connection.TRANSACTION_NONE;
    private int holdability = ResultSet.CLOSE_CURSORS_AT_COMMIT;
    private int networkTimeout = -1;
    private @Nullable Executor networkExecutor;
    private @Nullable String schema;
    private @Nullable Map<String, String> clientInfo;
    private @Nullable Map<String, Class<?>> typeMap;

    private Settings(LazyConnections source, boolean shared) {
        this.source = source;
        this.shared = shared;
    }

    /** The one that new connections share. */
    static Settings untouched(LazyConnections source) {
        return new Settings(source, true);
    }

    /** One that may be changed. */
    Settings own() {
        return shared ? new Settings(source, false) : this;
    }

    Binder binder() {
        return source.binder();
    }

    private SessionDefaults defaults() {
        return source.defaults();
    }

    /**
     * Tells a session what it does not begin with; nothing that it does. One round trip each for an isolation level, a schema
     * and an application name, none for the rest.
     */
    void applyTo(Connection session) throws SQLException {
        if (shared) {
            return;
        }
        if (isolation() != defaults().isolation()) {
            session.setTransactionIsolation(isolation);
        }
        if (schema != null && !schema.equals(defaults().schema())) {
            session.setSchema(schema);
        }
        if (networkTimeout >= 0) {
            session.setNetworkTimeout(networkExecutor, networkTimeout);
        }
        if (holdsCursors()) {
            session.setHoldability(holdability);
        }
        if (clientInfo != null) {
            for (Map.Entry<String, String> entry : clientInfo.entrySet()) {
                if (!entry.getValue().equals(initialClientInfo(entry.getKey()))) {
                    session.setClientInfo(entry.getKey(), entry.getValue());
                }
            }
        }
    }

    int isolation() {
        return isolation == Connection.TRANSACTION_NONE ? defaults().isolation() : isolation;
    }

    void setIsolation(int level) {
        isolation = level;
    }

    int holdability() {
        return holdability;
    }

    void setHoldability(int value) {
        holdability = value;
    }

    /** Whether cursors are to outlive their transaction. */
    boolean holdsCursors() {
        return holdability == ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    int networkTimeout() {
        return networkTimeout < 0 ? defaults().networkTimeout() : networkTimeout;
    }

    void setNetworkTimeout(Executor executor, int milliseconds) {
        networkExecutor = executor;
        networkTimeout = milliseconds;
    }

    String catalog() {
        return binder().catalog();
    }

    /** Null when neither was one set nor one is configured. */
    @Nullable
    String schema() {
        return schema == null ? defaults().schema() : schema;
    }

    /** Null: the configured one again. */
    void setSchema(@Nullable String name) {
        schema = name;
    }

    Properties clientInfo() {
        Properties all = new Properties();
        all.setProperty(APPLICATION_NAME, defaults().applicationName());
        if (clientInfo != null) {
            all.putAll(clientInfo);
        }
        return all;
    }

    void setClientInfo(String name, @Nullable String value) {
        if (clientInfo == null) {
            clientInfo = new HashMap<>();
        }
        // The driver does the same with the only one it knows.
        clientInfo.put(name, value == null ? "" : value);
    }

    /** What is not in {@code properties} is cleared. */
    void setClientInfo(Properties properties) {
        clientInfo = new HashMap<>();
        clientInfo.put(APPLICATION_NAME, "");
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    private @Nullable String initialClientInfo(String name) {
        return name.equals(APPLICATION_NAME) ? defaults().applicationName() : null;
    }

    /** The driver has no use for it, so that it stays here. */
    Map<String, Class<?>> typeMap() {
        return typeMap == null ? new HashMap<>() : typeMap;
    }

    void setTypeMap(Map<String, Class<?>> map) {
        typeMap = map;
    }
}
