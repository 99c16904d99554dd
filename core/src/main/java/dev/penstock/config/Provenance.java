package dev.penstock.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the values came from and what was odd about them. Immutable; holds names of places, no values.
 *
 * @param origins by key ({@code pool_size}, {@code tls.mode}): {@code config.yaml:12}, a variable's name,
 *     {@code builder} or {@code default}; in the order of the documentation
 * @param warnings what was noticed while reading
 */
public record Provenance(Map<String, String> origins, List<ConfigWarning> warnings) {
    public Provenance(Map<String, String> origins, List<ConfigWarning> warnings) {
        this.origins = Collections.unmodifiableMap(new LinkedHashMap<>(origins));
        this.warnings = List.copyOf(warnings);
    }

    String originOf(String component) {
        String key = Key.ofComponent(component).map(Key::yamlName).orElse(component);
        return origins.getOrDefault(key, Violation.IN_CODE);
    }
}
