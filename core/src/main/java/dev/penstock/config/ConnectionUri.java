package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A connection string, read: hosts, login, database, and the keys that its parameters give. Immutable; prints no
 * password.
 *
 * @param endpoints the hosts in order, at least one
 * @param user {@code null} when none is named
 * @param password {@code null} when none is there
 * @param database {@code null} when none is named
 * @param keyPassword {@code sslpassword}; {@code null} when none is there
 * @param keys what the parameters say, decoded
 * @param driver the driver's properties by name, decoded
 * @param warnings what is odd about it
 */
record ConnectionUri(
        List<Endpoint> endpoints,
        @Nullable String user,
        @Nullable UriPassword password,
        @Nullable String database,
        @Nullable UriPassword keyPassword,
        Map<Key, Setting> keys,
        Map<String, Setting> driver,
        List<ConfigWarning> warnings) {

    ConnectionUri {
        endpoints = List.copyOf(endpoints);
        EnumMap<Key, Setting> copy = new EnumMap<>(Key.class);
        copy.putAll(keys);
        keys = Collections.unmodifiableMap(copy);
        driver = Map.copyOf(driver);
        warnings = List.copyOf(warnings);
    }

    /** @throws InvalidConfigException with everything wrong in it; echoes no component that may be part of a secret */
    static ConnectionUri parse(Setting scalar, UriText text, Substitution substitution) {
        return new UriReader(scalar, text, substitution).read();
    }

    /** As libpq would take it back, without secrets: {@code postgresql://app:***@db-1:5432/shop?sslmode}. */
    @Override
    public String toString() {
        String hosts = endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(","));
        String login = (user == null ? "" : user) + (password == null ? "" : ":***");
        String names = keys.keySet().stream().map(Key::yamlName).collect(Collectors.joining("&"));
        return "postgresql://" + login + (login.isEmpty() ? "" : "@") + hosts + "/" + (database == null ? "" : database)
                + (names.isEmpty() ? "" : "?" + names);
    }
}
