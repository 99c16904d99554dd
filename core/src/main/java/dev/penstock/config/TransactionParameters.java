package dev.penstock.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Parameters of one transaction, in the order given; the server judges names and values. */
final class TransactionParameters {
    private TransactionParameters() {}

    static Map<String, String> copy(Map<String, String> parameters) {
        parameters.forEach(TransactionParameters::check);
        return parameters.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    static Map<String, String> plus(Map<String, String> parameters, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(name, value);
        return more;
    }

    private static void check(String name, String value) {
        Objects.requireNonNull(value, name);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a parameter needs a name, such as app.user_id");
        }
    }
}
