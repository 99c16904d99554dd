package dev.penstock.config;

import dev.penstock.violation.Violation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where the values came from and what was odd about them. Immutable; holds names of places, no values.
 *
 * @param section what keys are prefixed with in messages: {@code database}, {@code databases.shop}, or empty
 * @param origins by key ({@code pool_size}, {@code tls.mode}): {@code config.yaml:12}, a variable's name,
 *     {@code builder} or {@code default}; in the order of the documentation
 * @param warnings what was noticed while reading
 */
public record Provenance(String section, Map<String, String> origins, List<ConfigWarning> warnings) {
    public Provenance(String section, Map<String, String> origins, List<ConfigWarning> warnings) {
        this.section = Objects.requireNonNull(section, "section");
        this.origins = Collections.unmodifiableMap(new LinkedHashMap<>(origins));
        this.warnings = List.copyOf(warnings);
    }

    /** The key of that component as the reader of the configuration finds it. */
    String pathOf(String component) {
        String key = Key.ofComponent(component).map(Key::yamlName).orElse(component);
        return section.isEmpty() ? key : section + "." + key;
    }

    /**
     * Where the value of a component such as {@code pool.size} was written: {@code builder} for a configuration that was made in code, and
     * {@code default} where nobody wrote one.
     */
    public String originOf(String component) {
        String exactly = origins.get(component);
        if (exactly != null) {
            return exactly;
        }
        String url = origins.get(Key.URL.yamlName());
        if (url == null) {
            // What was read has a connection string.
            String key = Key.ofComponent(component).map(Key::yamlName).orElse(component);
            return origins.getOrDefault(key, Violation.IN_CODE);
        }
        List<String> written = Key.allOfComponent(component).stream()
                .map(key -> origins.get(key.yamlName()))
                .filter(Objects::nonNull)
                .toList();
        return written.stream()
                .filter(origin -> !origin.equals(Setting.DEFAULT))
                .findFirst()
                // The servers beside the primary may stand in its connection string.
                .orElse(written.isEmpty() && component.equals(Key.REPLICA_URL.component) ? url : Setting.DEFAULT);
    }
}
