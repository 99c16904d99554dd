package dev.penstock.observe;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What pgjdbc will be told for a session that writes. Immutable; secrets are masked.
 *
 * @param jdbcUrl host, port and database of the expected primary, and nothing else: parameters of a URL would win over
 *     the properties
 * @param parameters the driver's properties by name, in alphabetical order; the password is {@code ***}. The socket
 *     factories that Penstock adds at run time are left out
 */
public record DriverSettings(String jdbcUrl, Map<String, String> parameters) {
    public DriverSettings(String jdbcUrl, Map<String, String> parameters) {
        this.jdbcUrl = jdbcUrl;
        this.parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }
}
